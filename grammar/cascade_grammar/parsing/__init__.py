"""The steps of `cascade_grammar.parser`: scanner, explanations of errors, builders of typed nodes. None of them knows lark."""
