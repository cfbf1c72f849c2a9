"""The games in TensorFlow: one tf.function an iteration, NHWC.

Written on TensorFlow's own operations rather than Keras' layers, whose batch norm and Adam are not the
fused ones.
"""
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
import tensorflow as tf

import bench

SLOPE, Z, CLASSES = 0.2, 100, 10


class Player:
    """Variables by name, made at their first use, and the operations on them."""

    def __init__(self, affine):
        self.affine, self.variables = affine, {}

    def variable(self, name, shape, initial, trainable=True):
        if name not in self.variables:
            with tf.init_scope():
                self.variables[name] = tf.Variable(initial(shape), trainable=trainable)
        return self.variables[name]

    def weights(self, name, *shape):
        return self.variable(name, shape, lambda s: tf.random.normal(s, 0, 0.02))

    def trainable(self):
        return [v for v in self.variables.values() if v.trainable]

    def dense(self, name, x, units):
        return x @ self.weights(name, x.shape[1], units)

    def affine_layer(self, name, x, units):
        return self.dense(name, x, units) + self.variable(name + "/b", [units], tf.zeros)

    def mlp(self, x, activation, *units):
        for i, n in enumerate(units[:-1]):
            x = activation(self.affine_layer(f"layer{i}", x, n))
        return self.affine_layer("last", x, units[-1])

    def down(self, name, x, channels):
        return tf.nn.conv2d(x, self.weights(name, 5, 5, x.shape[3], channels), 2, "SAME")

    def up(self, name, x, channels):
        n, side = x.shape[0], 2 * x.shape[1]
        return tf.nn.conv2d_transpose(x, self.weights(name, 5, 5, channels, x.shape[3]), [n, side, side, channels], 2)

    def norm(self, name, x):
        """Batch norm in training mode, moving averages too."""
        units = x.shape[-1:]
        if self.affine:
            gamma = self.variable(name + "/gamma", units, lambda s: tf.random.normal(s, 1, 0.02))
            beta = self.variable(name + "/beta", units, tf.zeros)
        else:
            gamma, beta = tf.ones(units), tf.zeros(units)
        flat = x.shape.rank == 2
        y, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            x[:, None, None, :] if flat else x, gamma, beta, epsilon=1e-5)
        for moving, now, initial in ("mean", mean, tf.zeros), ("variance", variance, tf.ones):
            moving = self.variable(name + "/" + moving, units, initial, trainable=False)
            moving.assign_add(0.1 * (now - moving))
        return y[:, 0, 0, :] if flat else y


def lsun64_generator(p, z, _):
    h = tf.nn.relu(p.norm("project", p.dense("project", z, 4 * 4 * 1024)))
    h = tf.reshape(h, [-1, 4, 4, 1024])
    for channels in (512, 256, 128):
        h = tf.nn.relu(p.norm(f"up{channels}", p.up(f"up{channels}", h, channels)))
    return tf.tanh(p.up("last", h, 3))


def lsun64_discriminator(p, x, _):
    h = tf.nn.leaky_relu(p.down("first", x, 128), SLOPE)
    for channels in (256, 512, 1024):
        h = tf.nn.leaky_relu(p.norm(f"down{channels}", p.down(f"down{channels}", h, channels)), SLOPE)
    return p.dense("last", tf.reshape(h, [len(h), -1]), 1)


def join(x, y):
    """One-hot labels y [b, 10] beside vectors, or beside every position of maps."""
    if x.shape.rank == 4:
        y = tf.broadcast_to(y[:, None, None, :], x.shape[:3] + [CLASSES])
    return tf.concat([x, y], -1)


def mnist28_generator(p, z, y):
    h = tf.nn.relu(p.norm("hidden", p.dense("hidden", join(z, y), 1024)))
    h = tf.nn.relu(p.norm("project", p.dense("project", join(h, y), 7 * 7 * 128)))
    h = join(tf.reshape(h, [-1, 7, 7, 128]), y)
    h = join(tf.nn.relu(p.norm("up", p.up("up", h, 64))), y)
    return tf.sigmoid(p.up("last", h, 1))


def mnist28_discriminator(p, x, y):
    h = join(tf.nn.leaky_relu(p.down("first", join(x, y), 64), SLOPE), y)
    h = tf.nn.leaky_relu(p.norm("second", p.down("second", h, 128)), SLOPE)
    h = join(tf.reshape(h, [len(h), -1]), y)
    h = join(tf.nn.leaky_relu(p.norm("hidden", p.dense("hidden", h, 1024)), SLOPE), y)
    return p.dense("last", h, 1)


def maxout(p, name, x, dropped):
    return tf.reduce_max(tf.reshape(p.affine_layer(name, tf.nn.dropout(x, dropped), 1200), [-1, 5, 240]), 1)


def mnist_discriminator(p, x, _):
    h = maxout(p, "second", maxout(p, "first", x, 0.2), 0.5)
    return p.affine_layer("last", tf.nn.dropout(h, 0.5), 1)


# Networks of G and D, whether batch norm has γ and β, and the dimension of the noise.
NETWORKS = {
    "line": (lambda p, z, _: p.mlp(z, tf.tanh, 32, 32, 1), lambda p, x, _: p.mlp(x, tf.tanh, 32, 32, 1), False, 1),
    "ring8": (lambda p, z, _: p.mlp(z, tf.nn.relu, 128, 128, 2), lambda p, x, _: p.mlp(x, tf.nn.relu, 128, 128, 1), False, 8),
    "mnist": (lambda p, z, _: tf.sigmoid(p.mlp(z, tf.nn.relu, 1200, 1200, 784)), mnist_discriminator, False, Z),
    "mnist28": (mnist28_generator, mnist28_discriminator, False, Z),
    "lsun64": (lsun64_generator, lsun64_discriminator, True, Z),
}


def data(name, n):
    if name == "line":
        return tf.random.normal([n, 1], 1, 0.5)
    if name == "ring8":
        return tf.constant(bench.ring(n))
    if name == "mnist":
        return tf.reshape(tf.constant(bench.pictures(n, 28, 1)), [n, -1])
    return tf.constant(bench.pictures(n, *{"mnist28": (28, 1), "lsun64": (64, 3)}[name]))


def game(name, n, threads):
    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    tf.random.set_seed(1)
    if name == "product":
        a, b = (tf.random.normal([bench.SIZE, bench.SIZE]) for _ in range(2))
        return lambda times: [tf.matmul(a, b)[0, 0].numpy() for _ in range(times)], None, 1
    generator, discriminator, affine, dim = NETWORKS[name]
    G, D = Player(affine), Player(affine)
    if name == "mnist":
        g_rule, d_rule = (tf.compat.v1.train.MomentumOptimizer(0.1, 0.5) for _ in range(2))
    else:
        g_rule, d_rule = (tf.compat.v1.train.AdamOptimizer(2e-4 if dim == Z else 1e-3, 0.5, 0.999) for _ in range(2))
    x = data(name, n)
    y = tf.one_hot(tf.range(n) % CLASSES, CLASSES)

    def loss(logits, label):
        labels = tf.fill(logits.shape, label)
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits))

    def noise():
        return tf.random.normal([n, dim]) if dim != Z else tf.random.uniform([n, Z], -1, 1)

    def in_turn(x, y):
        fakes = generator(G, noise(), y)
        with tf.GradientTape() as tape:
            d_loss = loss(discriminator(D, x, y), 1.0) + loss(discriminator(D, fakes, y), 0.0)
        d_rule.apply_gradients(zip(tape.gradient(d_loss, D.trainable()), D.trainable()))

        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(G.trainable())
            logits = discriminator(D, generator(G, noise(), y), y)
            g_loss = -loss(logits, 0.0) if name == "line" else loss(logits, 1.0)  # minimax, or not saturating
        g_rule.apply_gradients(zip(tape.gradient(g_loss, G.trainable()), G.trainable()))
        return d_loss, g_loss

    def simultaneous(x, y):
        """The step of the 2014 code: both players move from one forward pass."""
        with tf.GradientTape(persistent=True) as tape:
            logits = discriminator(D, generator(G, noise(), y), y)
            d_loss = (loss(discriminator(D, x, y), 1.0) + loss(logits, 0.0)) / 2
            g_loss = loss(logits, 1.0)
        d_gradient, g_gradient = tape.gradient(d_loss, D.trainable()), tape.gradient(g_loss, G.trainable())
        d_rule.apply_gradients(zip(d_gradient, D.trainable()))
        g_rule.apply_gradients(zip(g_gradient, G.trainable()))
        return d_loss, g_loss

    compiled = tf.function(simultaneous if name == "mnist" else in_turn)
    # The variables, which a tape must find when it begins.
    tf.function(lambda: discriminator(D, generator(G, noise(), y), y)).get_concrete_function()
    counts = [sum(v.shape.num_elements() for v in player.trainable()) for player in (G, D)]

    def iterate(times):
        for _ in range(times):
            losses = compiled(x, y)
        return [l.numpy() for l in losses]

    return iterate, counts, None


if __name__ == "__main__":
    bench.peer("TensorFlow " + tf.__version__, __doc__, game)
