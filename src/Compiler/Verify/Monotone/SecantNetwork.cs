using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Monotone;

/// <summary>
/// A network's values a, and for each of them the quotient (a′ − a) ⁄ t, a′ being the value where one input is larger by any t &gt; 0: layers
/// give W·q, functions a slope that they have between a and a′, times q. In real numbers; an output is monotone where its quotient has one sign.
/// </summary>
/// <param name="Network">The network's nodes, then those of the quotients; the output is the quotient of the outputs.</param>
/// <param name="First">The first node of a quotient.</param>
internal sealed record SecantNetwork(BoundNetwork Network, int First)
{
    /// <summary>Joins a network and its quotients.</summary>
    /// <param name="network">The network.</param>
    /// <param name="input">The input that rises.</param>
    /// <exception cref="UnverifiableException">An operator has no quotient.</exception>
    public static SecantNetwork Of(BoundNetwork network, int input)
    {
        List<BoundNode> nodes = [.. network.Nodes];
        var quotients = new int[network.Nodes.Length];
        for (int n = 0; n < quotients.Length; n++)
        {
            quotients[n] = nodes.Count;
            nodes.Add(network.Nodes[n] switch
            {
                InputNode => Unit(network.Inputs, input),
                AffineNode affine => affine with { Sources = [.. affine.Sources.Select(s => quotients[s])], Bias = new double[affine.Length] },
                ActivationNode activation => new QuotientNode(activation.Name, activation.Length, quotients[activation.Source], activation.Source, activation.Function),
                _ => throw new UnverifiableException("'" + network.Nodes[n].Name + "' is of an operator without bounds of slopes"),
            });
        }

        return new SecantNetwork(new BoundNetwork([.. nodes], quotients[network.Output]), network.Nodes.Length);
    }

    /// <summary>The input's quotients: 1 for the one that rises, 0 for all others.</summary>
    private static AffineNode Unit(int inputs, int input)
    {
        var one = new double[inputs];
        one[input] = 1;
        return new AffineNode("input", [0], [LinearMapBuilder.Selection(inputs, [.. Enumerable.Repeat(-1, inputs)])], one, null);
    }
}
