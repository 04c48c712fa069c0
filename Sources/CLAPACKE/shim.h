// LAPACKE as Swift sees it. Only `Kernels` imports this.
#pragma once
#include <lapacke.h>
