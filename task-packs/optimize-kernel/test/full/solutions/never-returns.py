def prefix_sum(x, y):
    while True:
        pass
