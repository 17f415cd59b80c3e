import torch


def prefix_sum(x, y):
    positive = x > 0
    before = torch.cumsum(positive, dim=0)
    y.copy_(torch.cumsum(torch.where(before % 2 == 1, x, torch.zeros_like(x)), dim=0, dtype=torch.int32))
