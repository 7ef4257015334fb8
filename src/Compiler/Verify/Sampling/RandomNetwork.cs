using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Verify.Network;

namespace RedGen.Compiler.Verify.Sampling;

/// <summary>Small random networks of every kind of node: layers and shortcuts with float32 weights, functions, the largest of several, products of two values.</summary>
internal static class RandomNetwork
{
    private static readonly Activation[] Functions =
    [
        new LeakyReluActivation(0), new LeakyReluActivation(0), new LeakyReluActivation(0.25), new ClipActivation(-0.5, 0.75), new SigmoidActivation(false), new SigmoidActivation(true), new AbsActivation(), new SoftplusActivation(),
        new GeluActivation(false), new SwishActivation(1), new MishActivation(), new HardSwishActivation(), new EluActivation(1, 1, 1), new SineActivation(false), new AtanActivation(), new ErfActivation(), new SoftsignActivation(),
    ];

    /// <summary>Functions that the checker knows.</summary>
    private const int Known = 6;

    /// <summary>Makes a network.</summary>
    /// <param name="random">The numbers that decide.</param>
    /// <param name="isOfLayers">Whether it has layers and functions that the checker knows alone.</param>
    public static BoundNetwork Of(SplitMix64 random, bool isOfLayers)
    {
        List<BoundNode> nodes = [new InputNode(1 + random.NextIndex(6))];
        int layers = 1 + random.NextIndex(4), value = 0;
        for (int k = 0; k < layers; k++)
        {
            value = Add(nodes, Layer(random, nodes, [value], 2 + random.NextIndex(9)));
            Activation function = Functions[random.NextIndex(isOfLayers ? Known : Functions.Length)];
            int length = nodes[value].Length, before = value;
            switch (isOfLayers ? 0 : random.NextIndex(6))
            {
                case 4:
                    value = Add(nodes, new MaxNode("max" + k, value, [.. Enumerable.Range(0, 1 + (length / 2)).Select(i => ImmutableArray.Create(i, random.NextIndex(length)))]));
                    break;
                case 5:
                    value = Add(nodes, new ProductNode("product" + k, value, Elements(random, length, length), value, Elements(random, length, length)));
                    break;
                default:
                    value = Add(nodes, new ActivationNode("function" + k, length, value, function));
                    break;
            }

            // A shortcut around the function.
            if (random.NextIndex(3) == 0) value = Add(nodes, Layer(random, nodes, [value, before], length));
        }

        value = Add(nodes, Layer(random, nodes, [value], 1 + random.NextIndex(3)));
        return new BoundNetwork([.. nodes], value);
    }

    /// <summary>The network with other weights: near to its own, or others altogether.</summary>
    public static BoundNetwork Moved(BoundNetwork network, SplitMix64 random)
    {
        double reach = random.NextIndex(2) == 0 ? 1e-3 : 0.3;
        return network with { Nodes = [.. network.Nodes.Select(n => n is AffineNode layer ? layer with { Maps = [.. layer.Maps.Select(m => Matrix(m.Outputs, m.Inputs, (row, column) => Near(m, row, column, reach, random)))] } : n)] };
    }

    private static int Add(List<BoundNode> nodes, BoundNode node)
    {
        nodes.Add(node);
        return nodes.Count - 1;
    }

    private static int[] Elements(SplitMix64 random, int count, int length) => [.. Enumerable.Range(0, count).Select(_ => random.NextIndex(length))];

    private static AffineNode Layer(SplitMix64 random, List<BoundNode> nodes, ImmutableArray<int> sources, int length)
    {
        ImmutableArray<LinearMap> maps = [.. sources.Select(s => Matrix(length, nodes[s].Length, (_, _) => random.NextIndex(8) == 0 ? 0 : (float)((random.NextUnit() * 2) - 1)))];
        return new AffineNode("layer" + nodes.Count, sources, maps, [.. Enumerable.Range(0, length).Select(_ => (double)(float)((random.NextUnit() * 2) - 1))], new AffineRounding(sources.Sum(s => nodes[s].Length)));
    }

    private static double Near(LinearMap map, int row, int column, double reach, SplitMix64 random)
    {
        int place = map.Columns(row).IndexOf(column);
        return (float)((place < 0 ? 0 : map.Values(row)[place]) + (((random.NextUnit() * 2) - 1) * reach));
    }

    private static LinearMap Matrix(int outputs, int inputs, Func<int, int, double> value)
    {
        var map = new LinearMapBuilder(inputs);
        for (int row = 0; row < outputs; row++)
        {
            for (int column = 0; column < inputs; column++) map.Add(column, value(row, column));
            map.EndRow();
        }

        return map.ToMap();
    }
}
