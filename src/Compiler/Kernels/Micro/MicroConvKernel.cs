using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Kernels.Micro.Rows;
using RedGen.Compiler.Kernels.Pooling;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Kernels.Micro;

/// <summary>Convolutions for an in-order core: over patches, or channel by channel where each output reads one.</summary>
internal sealed class MicroConvKernel : Kernel
{
    /// <summary>Taps up to which a depthwise window is written out.</summary>
    private const int MostTaps = 25;

    /// <inheritdoc/>
    public override Step? TryPlan(NodeGroup group, KernelContext context)
    {
        Node conv = group.Head;
        if (context.ElementType(conv.Inputs[0]) != ElementType.Float32 || context.Constant(conv.Inputs[1]) is not { } w) return null;
        var pool = PoolBehind.TryRead(group, context);
        if (Epilogue.TryRead(pool is null ? group.Nodes : group.Nodes.RemoveAt(group.Nodes.Length - 1), context) is not { } end || !MicroActivation.Serves(end.Activation)) return null;
        Tensor? first = conv.HasInput(2) ? context.Constant(conv.Inputs[2]) : null;
        if (conv.HasInput(2) && first is null) return null;
        ConvLayer layer = ConvLayer.Read(conv, context);
        WindowGeometry window = layer.Window;
        if (layer.IsEmpty || !window.IsSpatial || window.Depth is not { In: 1, Out: 1, Kernel: 1 }) return null;
        var weights = MicroWeights.Of(layer.OutChannels, w.AsSpan<float>().ToArray(), context.Hashed(conv.Inputs[1]));
        float[]? bias = Epilogue.Sum(first?.AsSpan<float>().ToArray(), end.Bias);
        bool isDepthwise = layer.InChannels == layer.Groups && layer.Groups > 1 && window.KernelLength <= MostTaps;
        if (pool is not null && (isDepthwise || !PoolBehind.IsMonotone(end, weights))) return null;
        ImmutableArray<RowStep> rows = ConvRows.Of(group, layer, weights, bias, end, pool is null ? null : PoolLayer.Read(group.Last, context), context.Options.Goal);
        return isDepthwise ? Depthwise(group, layer, weights, bias, end, rows) : Patches(group, layer, weights, bias, end, pool, context.Options.Goal, rows);
    }

    private static MicroDepthwiseStep Depthwise(NodeGroup group, ConvLayer layer, MicroWeights weights, float[]? bias, Epilogue end, ImmutableArray<RowStep> rows)
    {
        return new MicroDepthwiseStep(layer, weights, end)
        {
            Nodes = group.Nodes,
            Inputs = Inputs(group, end),
            InputNames = ["x", "residual"],
            Outputs = [group.Last.Outputs[0]],
            Weights = weights.Constants(1, bias),
            Rows = rows,
            WorkspaceLength = MicroDepthwiseStep.PlaneLength(layer.Window),
            MultiplyAdds = layer.MultiplyAdds,
            InPlaceInputs = InPlace(group, end, layer.OutChannels == layer.InChannels),
            Summary = $"Conv {layer.Text}{end.Text}, {weights.Text}",
        };
    }

    private static MicroConvStep Patches(NodeGroup group, ConvLayer layer, MicroWeights weights, float[]? bias, Epilogue end, PoolBehind? pool, OptimiseGoal goal, ImmutableArray<RowStep> rows)
    {
        PatchShape shape = PatchShape.Of(layer, end.Residual is not null, pool, goal);
        return new MicroConvStep(layer, shape, weights, end, pool)
        {
            Nodes = group.Nodes,
            Inputs = Inputs(group, end),
            InputNames = ["x", "residual"],
            Outputs = [group.Last.Outputs[0]],
            Weights = weights.Constants(shape.Outputs, bias),
            Rows = rows,
            WorkspaceLength = (layer.Taps * shape.Places) + shape.SumsLength,
            MultiplyAdds = layer.MultiplyAdds,
            InPlaceInputs = InPlace(group, end, pool is null && shape.IsPointwise && layer.Groups == 1 && layer.InChannels == layer.OutChannels),
            Summary = $"Conv {layer.Text}{end.Text}{(pool is null ? "" : $", then the largest of {pool.Height}×{pool.Width}")}, {weights.Text}",
        };
    }

    /// <summary>What the step reads: the input, and what is added.</summary>
    internal static ImmutableArray<string> Inputs(NodeGroup group, Epilogue end)
        => end.Residual is null ? [group.Head.Inputs[0]] : [group.Head.Inputs[0], end.Residual];

    /// <summary>The input itself where the step copies what it reads before it writes there; a residual is read at the index that is written.</summary>
    private static ImmutableArray<int> InPlace(NodeGroup group, Epilogue end, bool copies)
    {
        var places = new List<int>();
        if (copies) places.Add(0);
        if (end.Residual is not null && (copies || end.Residual != group.Head.Inputs[0])) places.Add(1);
        return [.. places];
    }
}

/// <summary>How many places and outputs are summed at once: sixteen sums, one weight of each output and one element stay in the registers of an FPU.</summary>
/// <param name="Places">Places of a patch.</param>
/// <param name="Outputs">Outputs at once.</param>
/// <param name="Length">Places of the layer's output.</param>
/// <param name="IsPointwise">Whether a patch is a copy of elements that lie together.</param>
/// <param name="IsOnce">Whether a place must not be computed twice, since its output may be where its input or residual was.</param>
internal sealed record PatchShape(int Places, int Outputs, int Length, bool IsPointwise, bool IsOnce)
{
    private const int MostPlaces = 8;
    private const int MostSums = 16;
    private const int MostOutputs = 4;

    /// <summary>A patch this many times larger than all that its layer reads and writes has fewer places instead.</summary>
    private const int MostMemory = 2;

    /// <summary>Whether the last patch is not full.</summary>
    public bool HasRest => Length % Places != 0;

    /// <summary>Whether the last patch goes back over places that are done.</summary>
    public bool Overlaps => HasRest && !IsOnce;

    /// <summary>Elements of memory for sums of which only some are written.</summary>
    public int SumsLength => HasRest && IsOnce ? Places * Outputs : 0;

    /// <summary>The shape for a layer.</summary>
    public static PatchShape Of(ConvLayer layer, bool hasResidual, PoolBehind? pool, OptimiseGoal goal)
    {
        WindowGeometry window = layer.Window;
        int length = window.OutLength;
        int places = Math.Min(MostPlaces, length), memory = MostMemory * ((layer.InChannels * window.InLength) + (layer.OutChannels * (pool?.Length ?? length)));
        if (places == MostPlaces && layer.Taps * places > memory) places /= 2;
        if (pool is not null)
        {
            // Whole windows; two at a time where they come in pairs.
            places = pool.Area * 2 <= places && pool.Length % 2 == 0 ? pool.Area * 2 : pool.Area;
            length = pool.Length * pool.Area;
        }

        bool isPointwise = pool is null && window.Axes.All(a => a is { Kernel: 1, Stride: 1, Before: 0, After: 0 });
        int groupOutputs = layer.OutChannels / layer.Groups;
        int outputs = Enumerable.Range(1, MostOutputs).Where(o => o * places <= (goal == OptimiseGoal.Size ? MostPlaces : MostSums) && groupOutputs % o == 0).Max();
        return new PatchShape(places, outputs, length, isPointwise, isPointwise || hasResidual);
    }
}
