using System.Collections.Immutable;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan.Costs;

namespace RedGen.Compiler.Plan;

/// <summary>
/// One step of a plan: a node, or a group of nodes that one kernel computes together. Kernels derive from it and add what their
/// emission needs. Inputs and outputs name values; the plan says which buffer holds each.
/// </summary>
public abstract class Step
{
    private ImmutableArray<Node> _nodes;

    /// <summary>The nodes that the step computes, the head first.</summary>
    public required ImmutableArray<Node> Nodes { get => _nodes; init => _nodes = value; }

    /// <summary>The values read at run time, constants of the graph included, in the order in which <see cref="StepWriter.Input"/> counts them.</summary>
    public required ImmutableArray<string> Inputs { get; init; }

    /// <summary>What the step's method calls its inputs, where they have parts to play (<c>x</c>, <c>residual</c>); empty: a, b, ….</summary>
    public ImmutableArray<string> InputNames { get; init; } = [];

    /// <summary>The values written.</summary>
    public required ImmutableArray<string> Outputs { get; init; }

    /// <summary>What the step's method and buffer are named after: the operator that the user thinks of.</summary>
    public virtual string Stem => Nodes.IsEmpty ? "Copy" : Nodes[0].Operator.Name;

    /// <summary>The kernel's name, as reports show it.</summary>
    public abstract string Kernel { get; }

    /// <summary>The rounding errors of the kernel; null: it declares none, and nothing that it computes can be verified.</summary>
    internal virtual StepRounding? Rounding => null;

    /// <summary>One line that says what the step computes, such as <c>Conv 3×3, 16 → 32 channels, stride 2, then Relu</c>.</summary>
    public required string Summary { get; init; }

    /// <summary>Constants in the kernel's own layout.</summary>
    public ImmutableArray<Weight> Weights { get; init; } = [];

    /// <summary>Elements of scratch memory that only this step uses; 0 for none.</summary>
    public int WorkspaceLength { get; init; }

    /// <summary>The element type of the workspace.</summary>
    public ElementType WorkspaceType { get; init; } = ElementType.Float32;

    /// <summary>Multiply-adds of one inference.</summary>
    public long MultiplyAdds { get; init; }

    /// <summary>What the kernel's time depends on, where that is not the multiply-adds and the bytes of what the step reads and writes.</summary>
    public StepWork? KernelWork { get; init; }

    /// <summary>The cost of the step's exact lowering with the fewest multiplications; null where its weights are not hashed.</summary>
    public LoweringCount? Cost { get; init; }

    /// <summary>Multiplications of one inference under that lowering; <see cref="MultiplyAdds"/> where the weights are not hashed.</summary>
    public long Multiplications => Cost?.Multiplications ?? MultiplyAdds;

    /// <summary>
    /// Indices of inputs that output 0 may overwrite: element i of the output depends on no element of such an input but i, and
    /// the step reads it before it writes; or whatever else the step still has to read of it lies where it has not written yet.
    /// </summary>
    public ImmutableArray<int> InPlaceInputs { get; init; } = [];

    /// <summary>Whether output 0 is input 0 under another shape, so that nothing is computed.</summary>
    public virtual bool IsView => false;

    /// <summary>Whether its kernel adds a second input, <c>residual</c>, or none: steps with one and without may share a method.</summary>
    public virtual bool MayAddResidual => false;

    /// <summary>Whether its kernel is compiled for its sizes alone, once its first calls have used one for all sizes (docs/decisions/0026).</summary>
    public virtual bool HasOwnKernel => false;

    /// <summary>Whether its second call transforms weights that later ones use (docs/decisions/0034).</summary>
    internal virtual bool KeepsFilters => false;

    /// <summary>Copies of whole runs of elements, which the planner may spare by placing one value inside the other.</summary>
    internal virtual ImmutableArray<CopiedPart> Parts => [];

    /// <summary>The step without some of its <see cref="Parts"/>; a view where nothing is left to do.</summary>
    internal virtual Step Without(ImmutableArray<CopiedPart> parts) => this;

    /// <summary>The bodies of a branch or loop.</summary>
    public ImmutableArray<Body> Bodies { get; init; } = [];

    /// <summary>
    /// Whether several threads gain by dividing the step: its kernel computes the rows that are the thread's own (LayerShare), and there is work enough.
    /// Their workspaces are their own.
    /// </summary>
    public virtual bool IsDivisible => false;

    /// <summary>Multiply-adds from which a step of such a kernel is divided: some tens of microseconds of work.</summary>
    internal const long LeastDivided = 4_000_000;

    /// <summary>Writes the body of the step's method.</summary>
    public abstract void Emit(StepWriter writer);

    /// <summary>Writes what the step's method needs beside it: types that hold its constants.</summary>
    /// <param name="code">Where to.</param>
    /// <param name="method">The method's name.</param>
    internal virtual void EmitMembers(SourceWriter code, string method)
    {
    }

    /// <summary>What one of <see cref="Weights"/> is, for its documentation.</summary>
    internal virtual string TextOf(Weight weight) => weight.Role + " of " + Summary;

    /// <summary>Further methods that the step's own calls.</summary>
    /// <param name="method">The method's name.</param>
    internal virtual ImmutableArray<StepMethod> MethodsBeside(string method) => [];

    /// <summary>Writes them.</summary>
    /// <param name="writer">The step's method as <see cref="Emit"/> gets it, at the end of which the writer stands.</param>
    internal virtual void EmitMethods(StepWriter writer)
    {
    }

    /// <summary>The same step, said to compute other nodes.</summary>
    internal Step Of(ImmutableArray<Node> nodes)
    {
        var step = (Step)MemberwiseClone();
        step._nodes = nodes;
        return step;
    }
}

/// <summary>Elements that a step copies as they stand from an input to an output.</summary>
/// <param name="Input">The index of the input.</param>
/// <param name="Output">The index of the output.</param>
/// <param name="From">The first element read.</param>
/// <param name="To">The first element written.</param>
/// <param name="Length">How many.</param>
internal readonly record struct CopiedPart(int Input, int Output, int From, int To, int Length);

/// <summary>A method beside a step's own.</summary>
/// <param name="Name">Its name.</param>
/// <param name="MultiplyAdds">What it computes of the step's multiply-adds.</param>
/// <param name="Summary">What it computes, in words.</param>
internal sealed record StepMethod(string Name, long MultiplyAdds, string Summary);

/// <summary>
/// A subgraph of a step, planned like a model of its own: what it captures are inputs, its arena is the step's workspace.
/// </summary>
/// <param name="Name">What it is to the step: <c>Then</c>, <c>Else</c>, <c>Body</c>.</param>
/// <param name="Summary">One line that says when it runs.</param>
/// <param name="Plan">Its steps and buffers.</param>
public sealed record Body(string Name, string Summary, ExecutionPlan Plan);

/// <summary>Steps that run one after the other.</summary>
/// <param name="Steps">The steps.</param>
public sealed record Block(ImmutableArray<Step> Steps);
