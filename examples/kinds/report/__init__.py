"""A package that is run: python3 -m report [NUMBER...]"""
