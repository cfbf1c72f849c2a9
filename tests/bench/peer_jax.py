"""The games in JAX: many iterations in one lax.scan where that is faster, NHWC.

Networks, Adam and batch norm are written out, since JAX brings none of its own.
"""
import functools
import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")
import jax
import jax.numpy as jnp
from jax import lax

import bench

SLOPE, Z, CLASSES = 0.2, 100, 10


class Weights:
    """Parameters by name: made at their first use, then read. Batch norm's moving averages are noted in `moved`."""

    def __init__(self, values=None, key=None):
        self.values, self.key, self.moved = {} if values is None else values, key, {}

    def get(self, name, shape, mean=0.0, deviation=0.02):
        if self.key is not None:
            self.key, key = jax.random.split(self.key)
            self.values[name] = mean + deviation * jax.random.normal(key, shape)
        return self.values[name]

    def dense(self, name, x, units, bias=False):
        y = x @ self.get(name, (x.shape[1], units))
        return y + self.get(name + "/b", (units,), deviation=0) if bias else y

    def down(self, name, x, channels):
        w = self.get(name, (5, 5, x.shape[3], channels))
        return lax.conv_general_dilated(x, w, (2, 2), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))

    def up(self, name, x, channels):
        w = self.get(name, (5, 5, channels, x.shape[3]))
        return lax.conv_transpose(x, w, (2, 2), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"), transpose_kernel=True)

    def norm(self, name, x, affine):
        """Batch norm in training mode, moving averages too."""
        axes = tuple(range(x.ndim - 1))
        mean, square = x.mean(axes), (x * x).mean(axes)
        variance = square - mean * mean
        for moving, now in ("mean", mean), ("variance", variance):
            old = self.get(f"{name}/moving {moving}", x.shape[-1:], deviation=0)
            self.moved[f"{name}/moving {moving}"] = lax.stop_gradient(0.9 * old + 0.1 * now)
        y = (x - mean) * lax.rsqrt(variance + 1e-5)
        if affine:
            y = y * self.get(name + "/gamma", x.shape[-1:], 1.0) + self.get(name + "/beta", x.shape[-1:], deviation=0)
        return y


def leaky(x):
    return jnp.where(x > 0, x, SLOPE * x)


def mlp(activation, *units):
    def network(p, x, y, key):
        for i, n in enumerate(units[:-1]):
            x = activation(p.dense(f"layer{i}", x, n, bias=True))
        return p.dense("last", x, units[-1], bias=True)

    return network


def dropout(key, x, dropped):
    return jnp.where(jax.random.bernoulli(key, 1 - dropped, x.shape), x / (1 - dropped), 0)


def mnist_generator(p, z, y, key):
    return jax.nn.sigmoid(mlp(jax.nn.relu, 1200, 1200, 784)(p, z, y, key))


def mnist_discriminator(p, x, y, key):
    keys = jax.random.split(key, 3)
    for i, dropped in enumerate((0.2, 0.5)):
        x = p.dense(f"maxout{i}", dropout(keys[i], x, dropped), 1200, bias=True).reshape(-1, 5, 240).max(1)
    return p.dense("last", dropout(keys[2], x, 0.5), 1, bias=True)


def lsun64_generator(p, z, y, key):
    h = jax.nn.relu(p.norm("project", p.dense("project", z, 4 * 4 * 1024), True)).reshape(-1, 4, 4, 1024)
    for channels in (512, 256, 128):
        h = jax.nn.relu(p.norm(f"up{channels}", p.up(f"up{channels}", h, channels), True))
    return jnp.tanh(p.up("last", h, 3))


def lsun64_discriminator(p, x, y, key):
    h = leaky(p.down("first", x, 128))
    for channels in (256, 512, 1024):
        h = leaky(p.norm(f"down{channels}", p.down(f"down{channels}", h, channels), True))
    return p.dense("last", h.reshape(len(h), -1), 1)


def join(x, y):
    if x.ndim == 4:
        y = jnp.broadcast_to(y[:, None, None, :], (*x.shape[:3], CLASSES))
    return jnp.concatenate([x, y], -1)


def mnist28_generator(p, z, y, key):
    h = jax.nn.relu(p.norm("hidden", p.dense("hidden", join(z, y), 1024), False))
    h = jax.nn.relu(p.norm("project", p.dense("project", join(h, y), 7 * 7 * 128), False))
    h = join(h.reshape(-1, 7, 7, 128), y)
    h = join(jax.nn.relu(p.norm("up", p.up("up", h, 64), False)), y)
    return jax.nn.sigmoid(p.up("last", h, 1))


def mnist28_discriminator(p, x, y, key):
    h = join(leaky(p.down("first", join(x, y), 64)), y)
    h = leaky(p.norm("second", p.down("second", h, 128), False))
    h = join(h.reshape(len(h), -1), y)
    h = join(leaky(p.norm("hidden", p.dense("hidden", h, 1024), False)), y)
    return p.dense("last", h, 1)


# Networks of G and D, the dimension of the noise, and the iterations of a scan. Inside a scan XLA's CPU compiler computes
# convolutions several times as slowly as outside of one, so games of convolutions make one iteration a call.
NETWORKS = {
    "line": (mlp(jnp.tanh, 32, 32, 1), mlp(jnp.tanh, 32, 32, 1), 1, 1000),
    "ring8": (mlp(jax.nn.relu, 128, 128, 2), mlp(jax.nn.relu, 128, 128, 1), 8, 200),
    "mnist": (mnist_generator, mnist_discriminator, Z, 8),
    "mnist28": (mnist28_generator, mnist28_discriminator, Z, 1),
    "lsun64": (lsun64_generator, lsun64_discriminator, Z, 1),
}


def loss(logits, label):
    return jnp.mean(jax.nn.softplus(-logits if label else logits))


def adam(rate):
    def start(p):
        return jax.tree.map(jnp.zeros_like, p), jax.tree.map(jnp.zeros_like, p), jnp.zeros(())

    def move(p, gradient, state):
        m, v, t = state
        t = t + 1
        m = jax.tree.map(lambda m, g: 0.5 * m + 0.5 * g, m, gradient)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, gradient)
        scale = rate * jnp.sqrt(1 - 0.999**t) / (1 - 0.5**t)
        return jax.tree.map(lambda p, m, v: p - scale * m / (jnp.sqrt(v) + 1e-8), p, m, v), (m, v, t)

    return start, move


def momentum(rate, mu):
    def move(p, gradient, v):
        v = jax.tree.map(lambda v, g: mu * v - rate * g, v, gradient)
        return jax.tree.map(jnp.add, p, v), v

    return lambda p: jax.tree.map(jnp.zeros_like, p), move


def data(name, n):
    if name == "line":
        return 1 + jax.random.normal(jax.random.key(3), (n, 1)) / 2
    if name == "ring8":
        return jnp.asarray(bench.ring(n))
    if name == "mnist":
        return jnp.asarray(bench.pictures(n, 28, 1)).reshape(n, -1)
    return jnp.asarray(bench.pictures(n, *{"mnist28": (28, 1), "lsun64": (64, 3)}[name]))


def game(name, n, threads):  # as many threads as the process has cores
    if name == "product":
        a = jax.random.normal(jax.random.key(1), (bench.SIZE, bench.SIZE))
        product = jax.jit(jnp.matmul)
        return lambda times: [float(product(a, a)[0, 0]) for _ in range(times)], None, 1
    generator, discriminator, dim, scanned = NETWORKS[name]
    start, move = momentum(0.1, 0.5) if name == "mnist" else adam(2e-4 if dim == Z else 1e-3)
    x = data(name, n)
    y = jax.nn.one_hot(jnp.arange(n) % CLASSES, CLASSES)

    def noise(key):
        return jax.random.normal(key, (n, dim)) if dim != Z else jax.random.uniform(key, (n, Z), minval=-1, maxval=1)

    def play(network, p, moving, *inputs):
        """What a network returns, and the averages it moved."""
        w = Weights({**p, **moving})
        return network(w, *inputs), {**moving, **w.moved}

    def in_turn(state, key):
        (G, g_moving, g_state), (D, d_moving, d_state) = state
        keys = jax.random.split(key, 5)
        fakes, g_moving = play(generator, G, g_moving, noise(keys[0]), y, None)

        def d_loss(D, moving):
            real, moving = play(discriminator, D, moving, x, y, keys[1])
            fake, moving = play(discriminator, D, moving, fakes, y, keys[2])
            return loss(real, 1) + loss(fake, 0), moving

        (d, d_moving), gradient = jax.value_and_grad(d_loss, has_aux=True)(D, d_moving)
        D, d_state = move(D, gradient, d_state)

        def g_loss(G, g_moving):
            fakes, g_moving = play(generator, G, g_moving, noise(keys[3]), y, None)
            logits, moving = play(discriminator, D, d_moving, fakes, y, keys[4])
            return -loss(logits, 0) if name == "line" else loss(logits, 1), (g_moving, moving)  # minimax, or not saturating

        (g, (g_moving, d_moving)), gradient = jax.value_and_grad(g_loss, has_aux=True)(G, g_moving)
        G, g_state = move(G, gradient, g_state)
        return ((G, g_moving, g_state), (D, d_moving, d_state)), jnp.stack([d, g])

    def simultaneous(state, key):
        """The step of the 2014 code: both players move from one forward pass."""
        (G, _, g_state), (D, _, d_state) = state
        keys = jax.random.split(key, 3)

        def losses(G, D):
            fakes = play(generator, G, {}, noise(keys[0]), y, None)[0]
            logits = play(discriminator, D, {}, fakes, y, keys[2])[0]
            real = play(discriminator, D, {}, x, y, keys[1])[0]
            return (loss(real, 1) + loss(logits, 0)) / 2, loss(logits, 1)

        (d, g), back = jax.vjp(losses, G, D)
        d_gradient, g_gradient = back((1.0, 0.0))[1], back((0.0, 1.0))[0]
        D, d_state = move(D, d_gradient, d_state)
        G, g_state = move(G, g_gradient, g_state)
        return ((G, {}, g_state), (D, {}, d_state)), jnp.stack([d, g])

    step = simultaneous if name == "mnist" else in_turn

    @functools.partial(jax.jit, donate_argnums=0)
    def some(state, key):
        if scanned == 1:
            return step(state, key)
        state, losses = lax.scan(step, state, jax.random.split(key, scanned))
        return state, losses[-1]

    def player(network, *inputs):
        w = Weights(key=jax.random.key(1))
        out = network(w, *inputs, jax.random.key(2))
        moving = {k: v for k, v in w.values.items() if "/moving" in k}
        p = {k: v for k, v in w.values.items() if "/moving" not in k}
        return out, (p, moving, start(p))

    fakes, G = player(generator, noise(jax.random.key(0)), y)
    _, D = player(discriminator, fakes, y)
    counts = [sum(v.size for v in p[0].values()) for p in (G, D)]
    state, calls = (G, D), 0
    del fakes, G, D

    def iterate(times):
        nonlocal state, calls
        for _ in range(times // scanned):
            calls += 1
            state, losses = some(state, jax.random.key(calls))
        return [float(l) for l in losses]

    return iterate, counts, scanned


if __name__ == "__main__":
    bench.peer("JAX " + jax.__version__, __doc__, game)
