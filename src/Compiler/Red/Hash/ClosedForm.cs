using System;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Red.Planning;

namespace RedGen.Compiler.Red.Hash;

/// <summary>The allocation without a search.</summary>
internal static class ClosedForm
{
    /// <summary>Plans the hashing of a graph.</summary>
    public static HashingPlan Plan(Graph graph, CompilerOptions options, CancellationToken cancellationToken)
    {
        ImmutableArray<HashedLayer>.Builder layers = ImmutableArray.CreateBuilder<HashedLayer>();
        foreach (ReducibleLayer layer in graph.Nodes.Select(n => ReducibleLayer.Read(graph, n)).OfType<ReducibleLayer>())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (layers.Any(l => l.Weights == layer.Weights)) continue;
            float[] rows = layer.ToRows(graph.ConstantOf(layer.Weights)!);
            if (rows.All(w => !float.IsNaN(w) && !float.IsInfinity(w))) layers.Add(new HashedLayer(layer.Weights, Nearest(layer, rows, 15), [], 0));
        }

        return new HashingPlan(layers.ToImmutable(), options.Tolerance ?? 0.1, double.NaN, 0, "");
    }

    private static HashedMatrix Nearest(ReducibleLayer layer, float[] rows, int magnitudes)
    {
        var scales = new float[layer.Outputs];
        var indices = new byte[rows.Length];
        for (int i = 0; i < layer.Outputs; i++)
        {
            float most = rows.Skip(i * layer.Columns).Take(layer.Columns).Max(Math.Abs);
            scales[i] = most == 0 ? 1 : most / magnitudes;
            for (int j = 0; j < layer.Columns; j++) indices[(i * layer.Columns) + j] = (byte)(Math.Round(rows[(i * layer.Columns) + j] / scales[i]) + magnitudes);
        }

        return new HashedMatrix(layer.Outputs, layer.Columns, [.. Enumerable.Range(-magnitudes, (2 * magnitudes) + 1).Select(k => (float)k)], [.. scales], indices);
    }
}
