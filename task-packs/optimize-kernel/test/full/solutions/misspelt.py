def prefixsum(x, y):
    pass
