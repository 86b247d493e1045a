package jobfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

const (
	// maxFile bounds a job file in bytes; 100 000 jobs of usual length fit.
	maxFile = 16 << 20
	// maxDepth bounds nesting: a job file needs four levels, and the YAML library recurses.
	maxDepth = 64
	// maxItems bounds how many list items and mapping pairs aliases may make of a file.
	maxItems = 8_000_000
	// extension is how a key at the top begins that is ignored: a place for anchors.
	extension = "x-"
)

// runKeys are the keys of which a job has exactly one.
var runKeys = []string{"run", "script", "argv", "workload"}

// Parse reads the text of a parallax.yaml. path is how messages and origins call it. The error, if
// any, is a runner.Faults of [Fault] with everything that is wrong, in file order.
func Parse(path string, text []byte, place Place) (File, error) {
	source := strings.TrimPrefix(string(text), "\ufeff")
	d := &decoder{faults: newFaults(path, source), targets: map[*ast.AliasNode]ast.Node{}, flat: map[ast.Node][]pair{}}
	file := File{Path: path}
	root := d.root(source)
	if root == nil {
		return file, d.err()
	}
	entries := d.entries(root, &file)
	if d.count(entries) {
		file.Jobs = d.jobs(entries, place)
	}
	return file, d.err()
}

// decoder walks the syntax tree of one file.
type decoder struct {
	*faults
	targets map[*ast.AliasNode]ast.Node
	flat    map[ast.Node][]pair // what pairs returned, so that merges cost each mapping once
	items   int
}

// root parses the text and returns the mapping that the file must be, or nil after a fault.
func (d *decoder) root(source string) ast.Node {
	if len(source) > maxFile {
		d.add(pos{1, 1}, "the file is larger than %d MiB", maxFile>>20)
		return nil
	}
	if !d.readable(source) {
		return nil
	}
	tokens := lexer.Tokenize(source)
	if at := tooDeep(tokens); at != nil {
		d.add(tokenPos(at), "nested more than %d levels deep", maxDepth)
		return nil
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		d.syntax(err)
		return nil
	}
	var body ast.Node
	for _, doc := range file.Docs {
		_, directive := doc.Body.(*ast.DirectiveNode)
		switch {
		case doc.Body == nil || directive:
		case body != nil:
			at := d.at(doc.Body)
			if doc.Start != nil {
				at = tokenPos(doc.Start)
			}
			d.add(at, "a second document: a job file holds one")
			return nil
		default:
			body = doc.Body
		}
	}
	if body == nil {
		d.add(pos{1, 1}, "the file is empty: it needs the key jobs with a list of what to run")
		return nil
	}
	d.link(body)
	return body
}

func (d *decoder) syntax(err error) {
	var e yaml.Error
	if !errors.As(err, &e) || e.GetToken() == nil {
		d.add(pos{1, 1}, "not YAML: %v", err)
		return
	}
	hint := ""
	if strings.HasPrefix(e.GetToken().Value, "\t") || strings.Contains(e.GetMessage(), "'\t'") {
		hint = ": YAML is indented with blanks, not with tabs"
	}
	message := strings.ReplaceAll(e.GetMessage(), "\t", `\t`)
	d.add(tokenPos(e.GetToken()), "not YAML: %s%s", message, hint)
}

// tooDeep returns the token at which brackets, or marks of lists on one line, nest too deep.
func tooDeep(tokens token.Tokens) *token.Token {
	brackets, marks, line := 0, 0, 0
	for _, t := range tokens {
		if t.Position.Line != line {
			line, marks = t.Position.Line, 0
		}
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			brackets++
		case token.SequenceEndType, token.MappingEndType:
			brackets--
		case token.SequenceEntryType, token.MappingKeyType:
			marks++
		}
		if brackets > maxDepth || marks > maxDepth || t.Position.IndentNum > maxDepth*16 {
			return t
		}
	}
	return nil
}

func tokenPos(t *token.Token) pos { return pos{t.Position.Line, max(t.Position.Column, 1)} }

// at is where a value begins.
func (d *decoder) at(n ast.Node) pos {
	switch v := n.(type) {
	case nil:
		return pos{1, 1}
	case *ast.MappingNode:
		if !v.IsFlowStyle && len(v.Values) > 0 {
			return tokenPos(v.Values[0].Key.GetToken())
		}
	case *ast.MappingValueNode:
		return tokenPos(v.Key.GetToken())
	}
	return tokenPos(n.GetToken())
}

// plainTags are those that say nothing new about a value.
var plainTags = []string{"!!str", "!!int", "!!float", "!!bool", "!!null", "!!map", "!!seq"}

// link finds what each alias stands for (the last anchor of that name before it) and refuses tags
// that would make something else of a value.
func (d *decoder) link(root ast.Node) {
	anchors := map[string]ast.Node{}
	ast.Walk(visitor(func(n ast.Node) {
		switch n := n.(type) {
		case *ast.AnchorNode:
			anchors[n.Name.GetToken().Value] = n.Value
		case *ast.AliasNode:
			name := n.Value.GetToken().Value
			target, ok := anchors[name]
			if !ok {
				d.add(d.at(n), "no anchor %q stands before this", short(name))
				d.quiet[d.at(n)] = true // what is missing there is no second fault
			}
			d.targets[n] = target
		case *ast.TagNode:
			if !slices.Contains(plainTags, n.Start.Value) {
				d.add(d.at(n), "the tag %s is not known", n.Start.Value)
			}
		}
	}), root)
}

// visitor is called with every node of a tree.
// visitor is called with every node of a tree.
type visitor func(ast.Node)

// Visit is what ast.Walk calls.
func (v visitor) Visit(n ast.Node) ast.Visitor { v(n); return v }

// resolve looks through anchors, aliases and the tags of plain YAML. It returns nil for nothing.
func (d *decoder) resolve(n ast.Node) ast.Node {
	for range maxDepth { // an alias can lead to itself
		switch v := n.(type) {
		case *ast.AnchorNode:
			n = v.Value
		case *ast.AliasNode:
			n = d.targets[v]
		case *ast.TagNode:
			n = v.Value
		case *ast.NullNode:
			return nil
		default:
			return n
		}
	}
	return nil
}

// pair is a key and its value in a mapping.
type pair struct {
	key   string
	at    pos
	value ast.Node
	own   bool // written here, not merged in
}

// pairs lists what a mapping holds, in the order written, each key once; merged ones come last.
func (d *decoder) pairs(n ast.Node) []pair {
	if known, ok := d.flat[n]; ok {
		return known
	}
	d.flat[n] = nil // a mapping that merges itself adds nothing
	var values []*ast.MappingValueNode
	switch v := n.(type) {
	case *ast.MappingNode:
		values = v.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{v}
	}
	var out []pair
	lines := map[string]int{}
	var merges []ast.Node
	for _, v := range values {
		if v.Key.IsMergeKey() {
			merges = append(merges, v.Value)
			continue
		}
		at := tokenPos(v.Key.GetToken())
		key, ok := keyText(v.Key)
		if !ok {
			d.add(at, "a key must be text")
			continue
		}
		if line, twice := lines[key]; twice {
			d.add(at, "key %q stands twice: also in line %d", short(key), line)
			continue
		}
		lines[key] = at.line
		out = append(out, pair{key, at, v.Value, true})
	}
	for _, m := range merges {
		for _, p := range d.merged(m) {
			if _, have := lines[p.key]; !have {
				lines[p.key] = p.at.line
				out = append(out, pair{p.key, p.at, p.value, false})
			}
		}
	}
	d.flat[n] = out
	return out
}

// keyText is the text of a key. An explicit key ("? key") hides it one level down.
func keyText(n ast.Node) (string, bool) {
	if explicit, ok := n.(*ast.MappingKeyNode); ok {
		n = explicit.Value
	}
	if null, ok := n.(*ast.NullNode); ok {
		return null.Token.Value, true
	}
	return scalar(n)
}

// merged lists what a merge key brings: the pairs of one mapping or of several, the first first.
func (d *decoder) merged(n ast.Node) []pair {
	sources := []ast.Node{n}
	if seq, ok := d.resolve(n).(*ast.SequenceNode); ok {
		sources = seq.Values
	}
	var out []pair
	for _, source := range sources {
		target := d.resolve(source)
		if whatIs(target) != "a mapping" {
			if target != nil || whatIs(source) != "nothing" {
				d.add(d.at(source), "<< needs a mapping to merge, not %s", whatIs(target))
			}
			continue
		}
		out = append(out, d.pairs(target)...)
	}
	return out
}

// spend counts items that aliases may have multiplied and stops with one fault when there are too many.
func (d *decoder) spend(items int, n ast.Node) bool {
	within := d.items <= maxItems
	d.items += items
	if d.items > maxItems && within {
		d.add(d.at(n), "aliases make more than %d items of this file", maxItems)
	}
	return d.items <= maxItems
}

// entries reads the settings into file and returns the items of jobs, each with its defaults.
func (d *decoder) entries(root ast.Node, file *File) []*entry {
	root = d.resolve(root)
	if whatIs(root) != "a mapping" {
		d.add(d.at(root), "the file must be a mapping with the key jobs, not %s", whatIs(root))
		return nil
	}
	defaults := &entry{}
	var jobs ast.Node
	found := false
	for _, p := range d.pairs(root) {
		if p.key == "jobs" {
			jobs, found = p.value, true
		} else if !strings.HasPrefix(p.key, extension) {
			d.set(p, target{file, defaults}, false)
		}
	}
	file.As = defaults.job.Model
	if !found {
		d.add(d.at(root), "the key jobs is missing: it lists what to run")
		return nil
	}
	seq, ok := d.resolve(jobs).(*ast.SequenceNode)
	if !ok {
		d.add(d.at(jobs), "jobs needs a list, one entry per job, not %s", whatIs(d.resolve(jobs)))
		return nil
	}
	if len(seq.Values) == 0 {
		d.add(d.at(seq), "jobs is an empty list: there is nothing to run")
	}
	var out []*entry
	for _, n := range seq.Values {
		if e := d.entry(n, file, *defaults); e != nil {
			out = append(out, e)
		}
	}
	return out
}

func (d *decoder) entry(n ast.Node, file *File, e entry) *entry {
	node := d.resolve(n)
	if whatIs(node) != "a mapping" {
		d.add(d.at(n), "a job is a mapping such as {run: make test}, not %s", whatIs(node))
		return nil
	}
	e.at, e.where = d.at(n), map[string]pos{}
	if _, alias := n.(*ast.AliasNode); !alias {
		e.at = d.at(node)
	}
	pairs := d.pairs(node)
	if !d.spend(len(pairs), n) {
		return nil
	}
	for _, p := range pairs {
		e.where[p.key] = p.at
		d.set(p, target{file, &e}, true)
	}
	d.exclusive(&e)
	return &e
}

// set gives one key's value to its target.
func (d *decoder) set(p pair, to target, inJob bool) {
	k, ok := find(p.key, inJob)
	if ok {
		k.apply(d, to, p.key, p.value)
		return
	}
	if _, elsewhere := find(p.key, !inJob); elsewhere {
		where := "the top of the file"
		if !inJob {
			where = "an entry of jobs"
		}
		d.add(p.at, "key %q belongs to %s", p.key, where)
		return
	}
	hint := suggest(p.key, names(inJob))
	if hint == "" {
		hint = ": one of " + strings.Join(names(inJob), ", ")
	}
	d.add(p.at, "unknown key %q%s", short(p.key), hint)
	if best := Nearest(p.key, names(inJob)); inJob && slices.Contains(runKeys, best) {
		to.entry.meant = true
	}
}

// exclusive checks that the entry has one thing to run, and arguments only where they go.
func (d *decoder) exclusive(e *entry) {
	var given []string
	for _, name := range runKeys {
		if _, ok := e.where[name]; ok {
			given = append(given, name)
		}
	}
	slices.SortStableFunc(given, func(a, b string) int { return e.where[a].compare(e.where[b]) })
	switch {
	case len(given) == 0 && e.meant:
		return
	case len(given) == 0:
		d.add(e.at, "the job has nothing to run: give it run, script, argv or workload")
		return
	case len(given) > 1:
		d.add(e.where[given[1]], "the job has more than one thing to run: %s", strings.Join(given, " and "))
		return
	}
	if at, ok := e.where["args"]; ok && given[0] != "script" && given[0] != "workload" {
		d.add(at, "args go with script or workload: write them into %s", given[0])
	}
}

// count refuses more jobs than can be meant.
func (d *decoder) count(entries []*entry) bool {
	total := 0
	for _, e := range entries {
		if total += max(e.count, 1); total > MaxJobs {
			d.add(e.at, "%s", tooMany(total))
			return false
		}
	}
	return true
}

func tooMany(n int) string {
	return fmt.Sprintf("%d jobs or more: the most is %d", n, MaxJobs)
}
