cascade listing 1
entry 0
file program.csc
task fetch (url either required)

flow main
  registers 1
  constant 0  None
  code
    @0    return      #None                  !0
  location 0  0 1:0-1:1 main
