"""Replicas of torch.distributed add their ranks and fit a line together; on the first attempt the last one is lost."""

import os
import signal

import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel

# MASTER_ADDR, MASTER_PORT, WORLD_SIZE and RANK say the rest.
dist.init_process_group("gloo")
rank, size = dist.get_rank(), dist.get_world_size()

total = torch.tensor([rank + 1.0])
dist.all_reduce(total)

# Every replica has its share of a line's points.
x = torch.linspace(-1, 1, 24)[rank::size].unsqueeze(1)
y = 2 * x + 1
model = DistributedDataParallel(torch.nn.Linear(1, 1))
optimizer = torch.optim.SGD(model.parameters(), lr=0.3)
for _ in range(100):
    optimizer.zero_grad()
    torch.nn.functional.mse_loss(model(x), y).backward()
    optimizer.step()
weight, bias = model.module.weight.item(), model.module.bias.item()
print(f"rank {rank} of {size}: sum {total.item():.0f}, line {weight:.3f} x + {bias:.3f}", flush=True)

dist.barrier()
if os.environ["ASSAY_ATTEMPT"] == "1":
    if rank == size - 1:
        os.kill(os.getpid(), signal.SIGKILL)
    dist.barrier()
dist.destroy_process_group()
