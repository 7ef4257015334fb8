using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Options;
using RedGen.Compiler.Passes;
using RedGen.Compiler.Red.Planning;

namespace RedGen.Compiler.Red.Merge;

/// <summary>
/// Writes a graph with fewer channels. Rules state what becomes of the constants that a node reads; a constant keeps its name where all
/// its readers want the same of it.
/// </summary>
internal sealed class ChannelRewriter
{
    private readonly MergeGroups _groups;
    private readonly GraphBuilder _builder;
    private readonly ImmutableDictionary<string, HashedMatrix>.Builder _hashed;
    private readonly Dictionary<string, AxisMap?> _axes = new(StringComparer.Ordinal);
    private readonly List<Request> _requests = [];
    private readonly Dictionary<string, int> _merged = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _origins = new(StringComparer.Ordinal);

    private ChannelRewriter(ChannelAnalysis analysis, MergeGroups groups, ImmutableDictionary<string, HashedMatrix> hashed)
    {
        Analysis = analysis;
        _groups = groups;
        _builder = new GraphBuilder(analysis.Graph);
        _hashed = hashed.ToBuilder();
    }

    /// <summary>What is known of the graph before.</summary>
    public ChannelAnalysis Analysis { get; }

    /// <summary>The graph before.</summary>
    public Graph Graph => Analysis.Graph;

    /// <summary>By constant of weights, by its name before: the outputs that went away.</summary>
    public IReadOnlyDictionary<string, int> Merged => _merged;

    /// <summary>By constant that got a name of its own: the name of the one that it came from.</summary>
    public IReadOnlyDictionary<string, string> Origins => _origins;

    /// <summary>Rewrites a graph.</summary>
    /// <param name="analysis">The graph.</param>
    /// <param name="groups">The channels that go.</param>
    /// <param name="hashed">The codebooks behind its constants.</param>
    /// <param name="rewriter">The counts and names of this rewrite.</param>
    public static HashedGraph Run(ChannelAnalysis analysis, MergeGroups groups, ImmutableDictionary<string, HashedMatrix> hashed, out ChannelRewriter rewriter)
    {
        rewriter = new ChannelRewriter(analysis, groups, hashed);
        return rewriter.Run();
    }

    /// <summary>What becomes of a value's channel axis; null where all of it stays.</summary>
    public AxisMap? Axis(string value)
    {
        if (!_axes.TryGetValue(value, out AxisMap? axis)) _axes.Add(value, axis = _groups.AxisOf(value));
        return axis;
    }

    /// <summary>The codebook behind a layer's weights; null where they are not hashed, or hashed as another reader's rows (one that reads them transposed).</summary>
    public HashedMatrix? Hashed(ReducibleLayer layer, float[] rows)
    {
        if (!_hashed.TryGetValue(layer.Weights, out HashedMatrix? matrix) || matrix.Outputs != layer.Outputs || matrix.Columns != layer.Columns) return null;
        return matrix.ToRows().AsSpan().SequenceEqual(rows) ? matrix : null;
    }

    /// <summary>Lets a node read another constant at one of its inputs.</summary>
    public void SetConstant(Node node, int input, Tensor tensor, HashedMatrix? matrix) => _requests.Add(new Request(node.Name, input, node.Inputs[input], tensor, matrix));

    /// <summary>Changes a node's attributes.</summary>
    public void Change(Node node, Func<Node, Node> change) => _builder.Replace(_builder.Find(node.Name)!, change(_builder.Find(node.Name)!));

    /// <summary>Counts outputs of a layer that went away; of layers that share their weights the one that lost most counts.</summary>
    public void CountMerged(string weights, int count) => _merged[weights] = Math.Max(count, _merged.TryGetValue(weights, out int known) ? known : 0);

    /// <summary>Gives a layer without bias one, [outputs].</summary>
    public void AddBias(Node node, Tensor bias)
    {
        Node current = _builder.Find(node.Name)!;
        string name = _builder.AddInitializer(node.Name + "_bias_merged", bias);
        if (!node.Is("MatMul"))
        {
            Change(node, n => n with { Inputs = [n.Inputs[0], n.Inputs[1], name] });
            return;
        }

        // MatMul has no bias of its own.
        string product = _builder.FreshName(node.Outputs[0] + "_product");
        _builder.SetType(product, TypeAfter(node.Outputs[0]));
        _builder.Replace(
            current,
            current with { Outputs = [product] },
            new Node { Name = _builder.FreshName(node.Name + "_add"), Operator = PatternExtensions.Written("Add"), Inputs = [product, name], Outputs = [node.Outputs[0]] });
    }

    private HashedGraph Run()
    {
        foreach (Node node in Graph.Nodes)
        {
            if (node.Inputs.Concat(node.Outputs).All(v => Axis(v) is null)) continue;
            ChannelRule.Find(node)?.Rewrite(this, node);
        }

        foreach (IGrouping<string, Request> requests in _requests.GroupBy(r => r.Constant)) Write(requests.Key, [.. requests]);
        foreach (string value in Analysis.Values)
            if (Axis(value) is not null) _builder.SetType(value, TypeAfter(value));
        Graph graph = new EliminateDeadCode().Run(_builder.Build(), new PassContext(new CompilerOptions(), new DiagnosticBag(), default));
        return new HashedGraph(graph, _hashed.ToImmutable().RemoveRange(_hashed.Keys.Where(k => graph.ConstantOf(k) is null)));
    }

    private Graphs.ValueType? TypeAfter(string value)
    {
        if (Axis(value) is not { } axis) return Graph.TypeOf(value);
        int[] lengths = [.. Analysis.Lengths(value)!];
        lengths[Analysis.Of(value)!.Layout.Axis] = axis.Count;
        return Graph.TensorTypeOf(value)! with { Shape = Shape.Of(lengths) };
    }

    private void Write(string constant, Request[] requests)
    {
        int reads = Graph.Nodes.Sum(n => GraphCaptures.Reads(n).Count(v => v == constant));
        bool isShared = requests.Length < reads || _builder.IsOutput(constant) || requests.Any(r => !Same(r, requests[0]));
        if (!isShared)
        {
            _builder.SetInitializer(constant, requests[0].Tensor);
            if (requests[0].Matrix is { } matrix) _hashed[constant] = matrix;
            else _hashed.Remove(constant);
            return;
        }

        var written = new List<(Request Request, string Name)>();
        foreach (Request request in requests)
        {
            string? name = written.Where(w => Same(w.Request, request)).Select(w => w.Name).FirstOrDefault();
            if (name is null)
            {
                name = _builder.AddInitializer(constant + "_merged", request.Tensor);
                written.Add((request, name));
                _origins.Add(name, constant);
                if (request.Matrix is { } matrix) _hashed[name] = matrix;
            }

            Node node = _builder.Find(request.Node)!;
            _builder.Replace(node, node with { Inputs = node.Inputs.SetItem(request.Input, name) });
        }
    }

    private static bool Same(Request a, Request b)
        => a.Tensor.Type == b.Tensor.Type && a.Tensor.Data.Span.SequenceEqual(b.Tensor.Data.Span) && (a.Matrix is null) == (b.Matrix is null)
            && (a.Matrix is null || (a.Matrix.Outputs == b.Matrix!.Outputs && a.Matrix.Columns == b.Matrix.Columns));

    private sealed record Request(string Node, int Input, string Constant, Tensor Tensor, HashedMatrix? Matrix);
}
