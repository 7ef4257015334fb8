using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Pooling;
using RedGen.Compiler.Operators.Pooling;

namespace RedGen.Compiler.Kernels.Micro;

/// <summary>
/// A MaxPool right behind a convolution, whose windows neither overlap nor leave gaps: the places of a window are computed together and only the largest is written, so that the
/// convolution's own output needs no memory.
/// </summary>
/// <param name="Height">Rows of a window.</param>
/// <param name="Width">Columns of a window.</param>
/// <param name="Rows">Rows of the pool's output.</param>
/// <param name="Columns">Columns of the pool's output.</param>
internal sealed record PoolBehind(int Height, int Width, int Rows, int Columns)
{
    /// <summary>Places that have sums in registers.</summary>
    private const int MostPlaces = 8;

    /// <summary>Places of a window.</summary>
    public int Area => Height * Width;

    /// <summary>Places of the output.</summary>
    public int Length => Rows * Columns;

    /// <summary>Whether the largest of some sums gives the largest of what becomes of them.</summary>
    public static bool IsMonotone(Epilogue end, MicroWeights weights)
        => end.Residual is null && weights.Scales.All(s => s > 0f) && (end.Activation.IsIdentity || end.Activation.Name == "Relu" || end.Activation.Name.StartsWith("Clip", StringComparison.Ordinal));

    /// <summary>Reads the last node of a group; null where it is no such pool.</summary>
    public static PoolBehind? TryRead(NodeGroup group, KernelContext context)
        => group.IsSingle ? null : TryRead(group.Last, context);

    /// <summary>Puts such pools into the groups of the convolutions before them.</summary>
    public static ImmutableArray<NodeGroup> Join(ImmutableArray<NodeGroup> groups, KernelContext context)
    {
        Dictionary<string, int> readers = context.Graph.Nodes.SelectMany(n => GraphCaptures.Reads(n).Distinct()).Concat(context.Graph.Outputs.Select(o => o.Name))
            .GroupBy(v => v, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        var byOutput = groups.Where(g => g.Head.Operator.QualifiedName == "Conv").ToDictionary(g => g.Last.Outputs[0], StringComparer.Ordinal);
        var joined = new HashSet<NodeGroup>();
        var result = new List<NodeGroup>();
        foreach (NodeGroup group in groups)
        {
            bool fits = group.IsSingle && group.Head.Operator.QualifiedName == "MaxPool" && readers[group.Head.Inputs[0]] == 1
                && byOutput.ContainsKey(group.Head.Inputs[0]) && TryRead(group.Head, context) is not null;
            if (fits) joined.Add(byOutput[group.Head.Inputs[0]]);
            result.Add(fits ? new NodeGroup([.. byOutput[group.Head.Inputs[0]].Nodes, group.Head]) : group);
        }

        return [.. result.Where(g => !joined.Contains(g))];
    }

    private static PoolBehind? TryRead(Node node, KernelContext context)
    {
        if (node.Operator.QualifiedName != "MaxPool" || node.HasOutput(1) || context.IsOpen(node)) return null;
        WindowGeometry window = PoolLayer.Read(node, context).Window;
        if (!window.IsSpatial || window.Depth is not { In: 1, Out: 1, Kernel: 1 }) return null;
        bool isPlain = new[] { window.Height, window.Width }.All(a => a.IsInside && a.Kernel == a.Stride && a.Dilation == 1 && a.After == 0);
        return isPlain && window.KernelLength is > 1 and <= MostPlaces ? new PoolBehind(window.Height.Kernel, window.Width.Kernel, window.Height.Out, window.Width.Out) : null;
    }
}
