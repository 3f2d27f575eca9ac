cascade listing 1

flow main
  registers one
