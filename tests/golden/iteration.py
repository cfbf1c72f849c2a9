"""One iteration of a GAN in PyTorch, with everything that goes in and comes out."""

import torch
from torch.nn.functional import binary_cross_entropy_with_logits as bce

import golden


class Player(torch.nn.Module):
    """A network that knows what the Go program calls each of its numbers, and how they lie there.

    `numbers` maps a variable's name to a pair: a parameter or buffer, and the layout from golden.py.
    """

    def __init__(self):
        super().__init__()
        self.numbers = {}

    def trained(self):
        return {name: pair for name, pair in self.numbers.items() if isinstance(pair[0], torch.nn.Parameter)}


def log_d(logits):
    """E[log D], or with −logits E[log(1 − D)]."""
    return -bce(logits, torch.ones_like(logits))


class Game:
    """Two players, their learning rules, the objective, and the recorder of one iteration."""

    def __init__(self, G, D, rule, x, noise, *, labels=None, minimax=False, half_v=False, simultaneous=False):
        """`x`, `noise` and one-hot `labels` are functions that draw a minibatch; `rule` makes an optimiser."""
        self.players = {"generator": G, "discriminator": D}
        self.rules = {role: rule(player.parameters()) for role, player in self.players.items()}
        self.x, self.noise, self.labels = x, noise, labels
        self.minimax, self.half_v, self.simultaneous = minimax, half_v, simultaneous

    def g_loss(self, fake):
        return log_d(-fake) if self.minimax else -log_d(fake)

    def gradients(self, role, loss):
        player = self.players[role]
        return torch.autograd.grad(loss, list(player.parameters()), retain_graph=True)

    def move(self, role, gradients):
        for p, gradient in zip(self.players[role].parameters(), gradients, strict=True):
            p.grad = gradient
        self.rules[role].step()

    def iterate(self):
        """D's step, then G's on fresh noise against the D just moved; or both from one pass."""
        G, D = self.players["generator"], self.players["discriminator"]
        x, z = self.x(), [self.noise()]
        y = [self.labels()] if self.labels else []
        made = G(z[0], *y)
        logits = [D(x, *y), D(made if self.simultaneous else made.detach(), *y)]
        real, fake = log_d(logits[0]), log_d(-logits[1])
        d_loss = -(real + fake) * (0.5 if self.half_v else 1)
        d_gradients = self.gradients("discriminator", d_loss)
        if self.simultaneous:
            g_loss = self.g_loss(logits[1])
            g_gradients = self.gradients("generator", g_loss)
            self.move("discriminator", d_gradients)
        else:
            self.move("discriminator", d_gradients)
            z.append(self.noise())
            logits.append(D(G(z[1], *y), *y))
            g_loss = self.g_loss(logits[2])
            g_gradients = self.gradients("generator", g_loss)
        self.move("generator", g_gradients)

        out = {"x": golden.images(x)} | {"labels": one_hot.argmax(1) for one_hot in y}
        for kind, series in ("noise", z), ("logits", logits):
            out |= {f"{kind}/{i}": value for i, value in enumerate(series)}
        out |= self.named_gradients("generator", g_gradients) | self.named_gradients("discriminator", d_gradients)
        measures = {
            "d_loss": d_loss, "g_loss": g_loss, "v": real + fake, "log_d_real": real, "log_1md_fake": fake,
            "d_real": logits[0].sigmoid().mean(), "d_fake": logits[1].sigmoid().mean(),
            "d_grad": norm(d_gradients), "g_grad": norm(g_gradients),
        }
        return out | {f"measure/{name}": value for name, value in measures.items()}

    def named_gradients(self, role, gradients):
        player = self.players[role]
        by_parameter = dict(zip(player.parameters(), gradients, strict=True))
        return {
            f"gradient/{role}/{name}": layout(by_parameter[p]) for name, (p, layout) in player.trained().items()
        }

    def state(self, when):
        """Every number that outlives an iteration, by the path of its variable in Go."""
        out = {}
        for role, player in self.players.items():
            assert len(player.trained()) == len(list(player.parameters())), f"{role} has unnamed parameters"
            out |= {f"{when}/{role}/{name}": layout(p) for name, (p, layout) in player.numbers.items()}
            out |= {f"{when}/{name}": value for name, value in self.rule_state(role).items()}
        return {name: value.detach().clone() for name, value in out.items()}

    def rule_state(self, role):
        rule, out = self.rules[role], {}
        for name, (p, layout) in self.players[role].trained().items():
            state = rule.state[p]
            if isinstance(rule, torch.optim.Adam):
                out[f"AdamOptimizer/{role}/{name}_1st_moment"] = layout(state["exp_avg"])
                out[f"AdamOptimizer/{role}/{name}_2nd_moment"] = layout(state["exp_avg_sq"])
                out[f"{role}/AdamOptimizer/step"] = state["step"]
            else:  # PyTorch keeps the momentum without the rate: θ ← θ − ε·buffer
                out[f"velocity/{role}/{name}"] = -rule.defaults["lr"] * layout(state["momentum_buffer"])
        return out

    def record(self, name, before, about):
        """Play `before` iterations, so that moments and averages are under way, then write the next one."""
        for _ in range(before):
            self.iterate()
        start = self.state("before")
        out = self.iterate()
        golden.save(name, torch, about | {"iterations_before": before}, start | out | self.state("after"))


def norm(gradients):
    return torch.sqrt(sum((g * g).sum() for g in gradients))
