// What Go, and with it Istio's webhook, says of regular expressions: a JSON string a line in, its error a line out.
package main

import (
	"encoding/json"
	"os"
	"regexp"
)

func main() {
	questions, answers := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	answers.SetEscapeHTML(false)
	var expression string
	for questions.Decode(&expression) == nil {
		said := ""
		if _, err := regexp.Compile(expression); err != nil {
			said = err.Error()
		}
		if err := answers.Encode(said); err != nil {
			panic(err)
		}
	}
}
