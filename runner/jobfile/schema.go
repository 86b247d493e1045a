package jobfile

import (
	"encoding/json"
	"maps"
)

// Schema returns a JSON schema (draft 2020-12) of parallax.yaml, made from the table of keys that
// the parser reads by.
func Schema() []byte {
	job := object(true)
	var runs []any
	for _, name := range runKeys {
		runs = append(runs, map[string]any{"required": []string{name}})
	}
	job["oneOf"] = runs
	job["dependentSchemas"] = map[string]any{"args": map[string]any{"anyOf": []any{
		map[string]any{"required": []string{"script"}},
		map[string]any{"required": []string{"workload"}},
	}}}

	file := object(false)
	file["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	file["title"] = "parallax.yaml"
	file["description"] = "Jobs for parallax. Keys beside jobs are settings of the run and defaults for all jobs."
	file["required"] = []string{"jobs"}
	file["patternProperties"] = map[string]any{"^" + extension: map[string]any{
		"description": "Ignored: a place for anchors.",
	}}
	file["$defs"] = map[string]any{"job": job}

	text, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		// The table holds strings, numbers, lists and maps only, which a test encodes.
		return nil
	}
	return append(text, '\n')
}

func object(inJob bool) map[string]any {
	properties := map[string]any{}
	for _, name := range names(inJob) {
		k, _ := find(name, inJob)
		schema := maps.Clone(k.schema)
		schema["description"] = k.doc
		schema["examples"] = k.examples
		properties[name] = schema
	}
	return map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
}
