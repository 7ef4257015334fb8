using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;
using RedGen.Compiler.Plan.Choices;
using RedGen.Compiler.Plan.Costs;
using RedGen.Compiler.Plan.Layouts;
using RedGen.Compiler.Red;

namespace RedGen.Compiler.Kernels;

/// <summary>How a group of nodes is computed. The same operator may have several kernels; the first that serves is taken.</summary>
internal abstract class Kernel
{
    /// <summary>Plans a step for the whole group, or gives null when the kernel does not serve it (types, shapes, profile).</summary>
    public abstract Step? TryPlan(NodeGroup group, KernelContext context);

    /// <summary>All steps that the kernel could plan for the group, the preferred one first: what <c>redgen tune --kernels</c> measures.</summary>
    public virtual IEnumerable<Step> Alternatives(NodeGroup group, KernelContext context) => TryPlan(group, context) is { } step ? [step] : [];
}

/// <summary>A node and those that passes marked to be computed with it, in topological order.</summary>
/// <param name="Nodes">The nodes.</param>
internal sealed record NodeGroup(ImmutableArray<Node> Nodes)
{
    /// <summary>The first node.</summary>
    public Node Head => Nodes[0];

    /// <summary>The node that the others are marked with, whose operator chooses the kernels: the first one, if that is not clearer from another.</summary>
    public Node Marked => Nodes.FirstOrDefault(static n => n.FusedInto is null) ?? Head;

    /// <summary>The last node, whose output leaves the group.</summary>
    public Node Last => Nodes[^1];

    /// <summary>Whether there is one node only.</summary>
    public bool IsSingle => Nodes.Length == 1;
}

/// <summary>What kernels may ask of the graph.</summary>
internal sealed class KernelContext(Graph graph, CompilerOptions options, ModelReduction? reduction = null)
{
    private readonly ModelReduction _reduction = reduction ?? ModelReduction.None;
    private ChannelSplits? _splits;

    /// <summary>The graph.</summary>
    public Graph Graph { get; } = graph;

    /// <summary>Plans a closed subgraph; null where its problems are reported.</summary>
    public System.Func<Graph, ExecutionPlan?> PlanBody { get; init; } = static _ => null;

    /// <summary>The options.</summary>
    public CompilerOptions Options { get; } = options;

    /// <summary>The kernels that have to be taken.</summary>
    public KernelChoices Choices { get; init; } = KernelChoices.None;

    /// <summary>What kernels take on the machine that the code is for.</summary>
    public CostTable Costs { get; init; } = CostTable.X64;

    /// <summary>How values lie in memory; null before the planner has chosen.</summary>
    public LayoutPlan? Layouts { get; init; }

    /// <summary>How a value lies in memory: of interest to kernels of Kernels/ChannelsLast, since no other ever gets one that is not plain.</summary>
    public TensorLayout Layout(string name) => Layouts?.Layout(name) ?? TensorLayout.Plain;

    /// <summary>The sizes of a value's change of layout; null where it has one order only.</summary>
    public ChannelSplit? Split(string name) => Layouts is null ? (_splits ??= new ChannelSplits(Graph)).Of(name) : Layouts.Split(name);

    /// <summary>About how long a kernel takes for so much work; 0 where no table knows it.</summary>
    public long Picoseconds(string kernel, StepWork work) => (long)((Costs.Microseconds(kernel, work.Within(Graph.ConstantBytes)) ?? 0) * 1e6);

    /// <summary>Whether a value lies channels last where that is not the plain order.</summary>
    public bool IsChannelsLast(string name) => Layouts?.ValueOf(name) is not null && Type(name).Shape!.Rank >= 3;

    /// <summary>The axes of values of one rank in the order in which they lie in memory, the outermost first; for some both orders may be the same.</summary>
    public int[] Order(params string[] names)
    {
        int rank = Type(names[0]).Shape!.Rank;
        bool isLast = names.Any(IsChannelsLast);
        return [.. Enumerable.Range(0, rank).Select(i => !isLast || i == 0 ? i : i == rank - 1 ? 1 : i + 1)];
    }

    /// <summary>The distance between neighbours along each axis of a value, as it lies in memory.</summary>
    public int[] Strides(string name)
    {
        int[] lengths = Lengths(name);
        int[] strides = new int[lengths.Length];
        int stride = 1;
        foreach (int axis in Order(name).Reverse())
        {
            strides[axis] = stride;
            stride = unchecked(stride * lengths[axis]);
        }

        return strides;
    }

    /// <summary>The type of a value; all types are known when planning starts.</summary>
    public TensorType Type(string name) => Graph.TensorTypeOf(name) ?? throw new System.InvalidOperationException("The value '" + name + "' has no type.");

    /// <summary>The element type of a value.</summary>
    public ElementType ElementType(string name) => Type(name).ElementType;

    /// <summary>The lengths of a value's dimensions.</summary>
    public int[] Lengths(string name) => Type(name).Shape!.ToArray();

    /// <summary>The number of elements of a value.</summary>
    public int Count(string name) => (int)Type(name).Shape!.ElementCount;

    /// <summary>Whether a node reads or writes a value whose shape is known at run time only.</summary>
    public bool IsOpen(Node node) => OpenValue(node) is not null;

    /// <summary>The first such value of a node, its inputs before its outputs; null where there is none.</summary>
    public string? OpenValue(Node node) => GraphCaptures.Reads(node).Concat(node.Outputs).FirstOrDefault(v => v.Length > 0 && Graph.TensorTypeOf(v) is { IsOpen: true });

    /// <summary>
    /// A node as inference saw it: operators read their parameters (axes, ranges, pads) from it in one way for inference,
    /// evaluation and kernels.
    /// </summary>
    public InferenceContext Parameters(Node node) => new(
        node,
        [.. node.Inputs.Select(Graph.TensorTypeOf)],
        [.. node.Inputs.Select(Graph.ConstantOf)]);

    /// <summary>The codebook behind a constant of weights, or null where it is not hashed.</summary>
    public HashedMatrix? Hashed(string name)
    {
        if (Layouts?.Constant(name) is { } constant) return Hashed(constant.Name) is { } whole ? constant.Reorder(whole) : null;
        return _reduction.Hashed.TryGetValue(name, out HashedMatrix? matrix) ? matrix : null;
    }

    /// <summary>The value of a constant, or null when it is computed at run time.</summary>
    public Tensor? Constant(string name) => Graph.ConstantOf(name);
}
