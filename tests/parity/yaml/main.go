// What kubectl makes of texts in YAML: a JSON string a line in, {"json": …} or {"error": …} a line out.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"sigs.k8s.io/yaml"
)

func main() {
	questions, answers := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	var text string
	for questions.Decode(&text) == nil {
		if err := answers.Encode(answer(text)); err != nil {
			panic(err)
		}
	}
}

// The library panics for a few texts, which kubectl does too.
func answer(text string) (found map[string]string) {
	defer func() {
		if panicked := recover(); panicked != nil {
			found = map[string]string{"error": fmt.Sprint(panicked)}
		}
	}()
	made, err := yaml.YAMLToJSON([]byte(text))
	if err != nil {
		return map[string]string{"error": err.Error()}
	}
	return map[string]string{"json": string(made)}
}
