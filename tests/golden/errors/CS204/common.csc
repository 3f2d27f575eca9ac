from "./program.csc" import main

flow cooldown():
    main()
