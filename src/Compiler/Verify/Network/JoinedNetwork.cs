using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Verify.Properties;

namespace RedGen.Compiler.Verify.Network;

/// <summary>Several networks as one: each takes its part of the inputs, the outputs stand one after another.</summary>
internal static class JoinedNetwork
{
    /// <summary>The network that a property is about.</summary>
    /// <param name="plans">The models.</param>
    /// <param name="property">The property.</param>
    /// <exception cref="UnverifiableException">Something in a model has no bounds.</exception>
    public static BoundNetwork Of(IReadOnlyList<ExecutionPlan> plans, VerifiedProperty property)
    {
        if (property.Networks.IsEmpty) return NetworkBuilder.Build(plans[0]);
        BoundNetwork[] models = [.. plans.Select(NetworkBuilder.Build)];
        return Of([.. property.Networks.Select(n => (models[n.Model], n.Inputs))], property.InputLength);
    }

    /// <summary>Joins networks.</summary>
    /// <param name="networks">The networks, with the joint input element of each of their input elements.</param>
    /// <param name="inputs">The number of joint input elements.</param>
    /// <exception cref="UnverifiableException">A node is of a kind that cannot be joined.</exception>
    public static BoundNetwork Of(IReadOnlyList<(BoundNetwork Network, ImmutableArray<int> Inputs)> networks, int inputs)
    {
        List<BoundNode> nodes = [new InputNode(inputs)];
        var outputs = new List<int>();
        foreach ((BoundNetwork network, ImmutableArray<int> elements) in networks)
        {
            bool isWhole = elements.Length == inputs && elements.SequenceEqual(Enumerable.Range(0, inputs));
            var places = new int[network.Nodes.Length];
            for (int n = 0; n < places.Length; n++)
            {
                places[n] = n == 0 && isWhole ? 0 : nodes.Count;
                if (n > 0) nodes.Add(Moved(network.Nodes[n], places));
                else if (!isWhole) nodes.Add(new AffineNode("input", [0], [LinearMapBuilder.Selection(inputs, [.. elements])], new double[elements.Length], null));
            }

            outputs.Add(places[network.Output]);
        }

        return new BoundNetwork([.. nodes, Concatenation("output", nodes, outputs)], nodes.Count);
    }

    /// <summary>The elements of several nodes, one after another.</summary>
    public static AffineNode Concatenation(string name, IReadOnlyList<BoundNode> nodes, IReadOnlyList<int> parts)
    {
        int length = parts.Sum(p => nodes[p].Length);
        ImmutableArray<LinearMap>.Builder maps = ImmutableArray.CreateBuilder<LinearMap>();
        // A node may be several parts.
        int[] sources = [.. parts.Distinct()];
        int[] starts = [.. parts.Select((_, k) => parts.Take(k).Sum(p => nodes[p].Length))];
        foreach (int source in sources)
        {
            int[] columns = [.. Enumerable.Repeat(-1, length)];
            for (int k = 0; k < parts.Count; k++)
                for (int i = 0; parts[k] == source && i < nodes[source].Length; i++) columns[starts[k] + i] = i;
            maps.Add(LinearMapBuilder.Selection(nodes[source].Length, columns));
        }

        return new AffineNode(name, [.. sources], maps.ToImmutable(), new double[length], null);
    }

    /// <summary>A node that reads its sources at other places.</summary>
    public static BoundNode Moved(BoundNode node, int[] places)
    {
        ImmutableArray<int> sources = [.. node.Sources.Select(s => places[s])];
        return node switch
        {
            AffineNode affine => affine with { Sources = sources },
            ActivationNode activation => activation with { Sources = sources, Source = sources[0] },
            MaxNode max => max with { Sources = sources, Source = sources[0] },
            ProductNode product => product with { Sources = sources, Left = places[product.Left], Right = places[product.Right] },
            _ => throw new UnverifiableException("'" + node.Name + "' is of an operator that is verified in one network only"),
        };
    }
}
