cascade listing 1
entry 0
file program.csc

flow main
  parameter r0 first any = 1
  parameter r1 second any
  registers 2
  code
    @0    return      r0                     !0
  location 0  0 1:0-1:1 main
