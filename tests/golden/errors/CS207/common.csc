flow cooldown():
    sleep 30s
