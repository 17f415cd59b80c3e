def prefix_sum(x, y):
    raise ValueError("a \033[31mred\033[0m mistake")
