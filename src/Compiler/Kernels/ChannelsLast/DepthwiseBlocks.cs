using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Linear;
using RedGen.Compiler.Operators.Pooling;
using RedGen.Compiler.Plan.Layouts;

namespace RedGen.Compiler.Kernels.ChannelsLast;

/// <summary>
/// The chains of groups that are computed as one step by bands of rows: a depthwise convolution, the pointwise one behind it and, if there is
/// one, the pointwise one before it, where what is between them would not stay in L2.
/// </summary>
internal sealed class DepthwiseBlocks
{
    /// <summary>Floats of an activation from which on it is worth being kept from memory: half of an L2 of 1 MB.</summary>
    private const long FarFloats = 1 << 17;

    private readonly ImmutableArray<NodeGroup> _groups;
    private readonly LayoutPlan _layouts;
    private readonly KernelContext _context;
    private readonly Dictionary<string, int> _producers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<int>> _readers = new(StringComparer.Ordinal);
    private readonly Dictionary<int, DepthwiseBlock> _byLast = [];
    private readonly HashSet<int> _inner = [];

    private DepthwiseBlocks(ImmutableArray<NodeGroup> groups, LayoutPlan layouts, KernelContext context)
    {
        (_groups, _layouts, _context) = (groups, layouts, context);
        for (int i = 0; i < groups.Length; i++)
        {
            foreach (string output in groups[i].Nodes.SelectMany(static n => n.Outputs)) _producers[output] = i;
            foreach (string value in groups[i].Nodes.SelectMany(GraphCaptures.Reads))
            {
                if (!_readers.TryGetValue(value, out List<int>? list)) _readers[value] = list = [];
                list.Add(i);
            }
        }
    }

    /// <summary>Finds the chains among groups whose layouts are chosen.</summary>
    public static DepthwiseBlocks Find(ImmutableArray<NodeGroup> groups, LayoutPlan layouts, KernelContext context)
    {
        var blocks = new DepthwiseBlocks(groups, layouts, context);
        for (int i = 0; i < groups.Length; i++) blocks.TryJoin(i);
        return blocks;
    }

    /// <summary>The chain whose last group this is; null for other groups.</summary>
    public DepthwiseBlock? EndingAt(int group) => _byLast.TryGetValue(group, out DepthwiseBlock? block) ? block : null;

    /// <summary>Whether the group is computed by the step of a later one.</summary>
    public bool IsInner(int group) => _inner.Contains(group);

    private void TryJoin(int filter)
    {
        if (Read(filter, isDepthwise: true) is not { Epilogue.Residual: null } depthwise || depthwise.Layer.Window.Depth != WindowAxis.Missing) return;
        if (Next(filter) is not { } last || Read(last, isDepthwise: false) is not { } projection) return;
        int? first = _producers.TryGetValue(_groups[filter].Head.Inputs[0], out int producer) && Next(producer) == filter ? producer : null;
        FloatConvolution? expansion = first is { } index && Read(index, isDepthwise: false) is { Epilogue.Residual: null } read ? read : null;
        DepthwiseBlock? block = new[] { expansion, null }.Distinct().Select(e => new DepthwiseBlock(e, depthwise, projection)).FirstOrDefault(Pays);
        if (block is null) return;
        _byLast.Add(last, block with { Nodes = [.. block.Expansion is null ? [] : _groups[first!.Value].Nodes, .. _groups[filter].Nodes, .. _groups[last].Nodes] });
        _inner.Add(filter);
        if (block.Expansion is not null) _inner.Add(first!.Value);
    }

    /// <summary>
    /// Whether an activation between the convolutions is large, several bands are what it takes to keep it near, and a band reaches at least as many new
    /// rows of the input as it goes over again.
    /// </summary>
    private static bool Pays(DepthwiseBlock block)
    {
        ConvLayer layer = block.Depthwise.Layer;
        long between = (long)layer.InChannels * Math.Max(block.Expansion is null ? 0 : layer.Window.InLength, layer.Window.OutLength);
        return between > FarFloats && block.Workspace.Rows < layer.Window.Height.Out && block.Workspace.Length < FarFloats
            && block.Workspace.Rows * layer.Window.Height.Stride >= (layer.Window.Height.Kernel - 1) * layer.Window.Height.Dilation;
    }

    /// <summary>The only group that reads what a group writes, if it reads it as its first input.</summary>
    private int? Next(int group)
    {
        string value = _groups[group].Last.Outputs[0];
        if (_context.Graph.Outputs.Any(o => o.Name == value) || !_readers.TryGetValue(value, out List<int>? readers) || readers.Count != 1) return null;
        return _groups[readers[0]].Head.Inputs[0] == value ? readers[0] : null;
    }

    private FloatConvolution? Read(int group, bool isDepthwise)
    {
        if (_inner.Contains(group) || _byLast.ContainsKey(group) || _layouts.Choice(group)?.Kernel is not ChannelsLastConvKernel) return null;
        NodeGroup renamed = _layouts.Rename(group, _groups[group]);
        if (_context.Layout(renamed.Head.Inputs[0]) == TensorLayout.Plain || FloatConvolution.TryRead(renamed, _context) is not { } read) return null;
        return (isDepthwise ? ChannelsLastConvKernel.IsDepthwise(read.Layer) : ChannelsLastConvKernel.IsPointwise(read.Layer)) ? read : null;
    }
}
