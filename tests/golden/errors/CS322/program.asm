cascade listing 1
entry 0
file program.csc

flow main
  registers 1
  constant 0  None
  code
    @0    clear       r0                     !0
    @1    return      r0                     !0
  location 0  0 1:0-1:1 main
