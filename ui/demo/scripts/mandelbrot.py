# CPU-bound: draws the Mandelbrot set. Valid as Python and as Starlark.
width = 60
height = 36
shades = " .:-=+*#%@"
for y in range(height):
    line = ""
    for x in range(width):
        cr = x * 3.0 / width - 2.2
        ci = y * 2.4 / height - 1.2
        zr = 0.0
        zi = 0.0
        n = 0
        while n < 640 and zr * zr + zi * zi < 4.0:
            t = zr * zr - zi * zi + cr
            zi = 2.0 * zr * zi + ci
            zr = t
            n += 1
        line += shades[n * 9 // 640]
    print(line)
