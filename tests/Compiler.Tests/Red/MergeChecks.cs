using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Red;
using RedGen.Compiler.Red.Merge;
using RedGen.Compiler.Red.Planning;
using RedGen.Compiler.Tests.Passes;
using Xunit;

namespace RedGen.Compiler.Tests.Red;

/// <summary>Hashes graphs simply, merges them, and checks what merging must keep.</summary>
internal static class MergeChecks
{
    /// <summary>Every layer rounded to a number of levels with a scale an output, so that equal rows stay equal.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="magnitudes">Levels on each side of zero.</param>
    /// <param name="largest">Layers beyond this many weights stay as they are.</param>
    /// <param name="isFine">Whether some layers have a second code, the same for the same weight.</param>
    public static HashedGraph Hash(Graph graph, int magnitudes = 3, int largest = int.MaxValue, bool isFine = false)
    {
        ImmutableArray<float> codebook = [.. Enumerable.Range(-magnitudes, (2 * magnitudes) + 1).Select(k => (float)k)];
        var layers = new Dictionary<string, HashedLayer>(StringComparer.Ordinal);
        foreach (ReducibleLayer layer in graph.Nodes.Select(n => ReducibleLayer.Read(graph, n)).OfType<ReducibleLayer>())
        {
            if (layer.Count > largest || layers.ContainsKey(layer.Weights)) continue;
            float[] rows = layer.ToRows(graph.ConstantOf(layer.Weights)!);
            if (!rows.All(float.IsFinite)) continue;
            float[] scales = [.. Enumerable.Range(0, layer.Outputs).Select(i => rows.Skip(i * layer.Columns).Take(layer.Columns).Max(MathF.Abs) / magnitudes)];
            byte[] indices = [.. rows.Select((w, i) => (byte)(scales[i / layer.Columns] == 0 ? magnitudes : MathF.Round(w / scales[i / layer.Columns]) + magnitudes))];
            FineCodes? fine = isFine && layer.Count % 3 == 0 ? new FineCodes([0f, 0.25f, 0.5f], [.. rows.Select(w => (byte)(BitConverter.SingleToUInt32Bits(w) % 3))]) : null;
            var matrix = new HashedMatrix(layer.Outputs, layer.Columns, codebook, [.. scales.Select(s => s == 0 ? 1 : s)], indices, fine);
            layers.Add(layer.Weights, new HashedLayer(layer.Weights, matrix, [], 0));
        }

        return ApplyHashing.Run(graph, new HashingPlan([.. layers.Values], 0, 0, 0, ""), out string problem) ?? throw new InvalidOperationException(problem);
    }

    /// <summary>The graph as it is, nothing hashed.</summary>
    public static HashedGraph Unhashed(Graph graph) => new(graph, ImmutableDictionary<string, HashedMatrix>.Empty);

    /// <summary>Merges and checks: a valid graph of the same meaning, whose hashed constants are those of its codebooks.</summary>
    public static MergedGraph Merge(HashedGraph hashed, int seed, bool run = true)
    {
        MergedGraph merged = MergeOutputs.Run(hashed, default);
        if (merged.OutputsMerged.IsEmpty) Assert.Equal(hashed.Graph.Nodes.Length, merged.Graph.Nodes.Length);
        Rewriting.AssertKept(hashed.Graph, merged.Graph);
        if (run) Rewriting.AssertSame(hashed.Graph, merged.Graph, seed, 1e-5);
        foreach (KeyValuePair<string, HashedMatrix> entry in merged.Hashed)
        {
            // A constant may be read transposed as well; its codebook is that of one of the readers.
            IEnumerable<ReducibleLayer> readers = merged.Graph.Nodes.Select(n => ReducibleLayer.Read(merged.Graph, n)).OfType<ReducibleLayer>().Where(l => l.Weights == entry.Key);
            bool isRead = readers.Any(l => (l.Outputs, l.Columns) == (entry.Value.Outputs, entry.Value.Columns)
                && l.ToRows(merged.Graph.ConstantOf(entry.Key)!).AsSpan().SequenceEqual(entry.Value.ToRows()));
            Assert.True(isRead, $"'{entry.Key}' is not what its codebook says");
        }

        return merged;
    }

    /// <summary>
    /// The graph with the last output of every layer like its first, in weights and bias; constants of other nodes get their last slice
    /// along every axis from the first.
    /// </summary>
    public static Graph Plant(Graph graph)
    {
        var builder = new GraphBuilder(graph);
        Dictionary<string, ReducibleLayer> layers = graph.Nodes.Select(n => ReducibleLayer.Read(graph, n)).OfType<ReducibleLayer>().GroupBy(l => l.Weights).ToDictionary(g => g.Key, g => g.First());
        foreach (string name in builder.InitializerNames)
        {
            Tensor tensor = graph.ConstantOf(name)!;
            if (tensor.ElementType != ElementType.Float32 || tensor.Length < 2) continue;
            if (layers.TryGetValue(name, out ReducibleLayer? layer))
            {
                float[] rows = layer.ToRows(tensor);
                rows.AsSpan(0, layer.Columns).CopyTo(rows.AsSpan(rows.Length - layer.Columns));
                builder.SetInitializer(name, layer.ToTensor(rows, tensor.Dimensions));
                continue;
            }

            float[] elements = tensor.AsSpan<float>().ToArray();
            for (int axis = 0, inner = tensor.Length; axis < tensor.Dimensions.Length; axis++)
            {
                int length = tensor.Dimensions[axis];
                inner /= length;
                for (int i = 0; i < elements.Length; i++)
                    if (i / inner % length == length - 1) elements[i] = elements[i - ((length - 1) * inner)];
            }

            builder.SetInitializer(name, Tensor.Of(elements, [.. tensor.Dimensions]));
        }

        return builder.Build();
    }

    /// <summary>The number of outputs of the layer whose weights have a name.</summary>
    public static int OutputsOf(Graph graph, string weights)
        => ReducibleLayer.Read(graph, graph.Nodes.First(n => n.Inputs.Skip(1).FirstOrDefault() == weights))!.Outputs;
}
