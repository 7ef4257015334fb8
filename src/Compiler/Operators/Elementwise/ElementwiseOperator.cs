using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Elementwise;

/// <summary>
/// An operator whose output element depends on one element of each input, under numpy broadcasting. Beside its meaning it knows its
/// C# expression, so that one kernel computes all of them, alone or fused.
/// </summary>
internal abstract class ElementwiseOperator : Operator
{
    /// <summary>The inputs that are read element by element, in the order of the operands.</summary>
    public virtual ImmutableArray<int> ElementInputs(Node node) => [.. Enumerable.Range(0, node.Inputs.Length).Where(node.HasInput)];

    /// <summary>The lengths by which an input broadcasts to the output from the right: its own, or those with ones appended under the rules before opset 7.</summary>
    /// <param name="node">The node.</param>
    /// <param name="input">The input's index.</param>
    /// <param name="lengths">The input's lengths.</param>
    /// <param name="firstRank">The rank of input 0.</param>
    public virtual int[] OperandLengths(Node node, int input, int[] lengths, int firstRank) => lengths;

    /// <summary>The expression of one element, in the arithmetic class of the output; null where the types have none.</summary>
    public abstract string? Scalar(ElementwiseCall call);

    /// <summary>The expression of a vector of elements, where inputs and output have one type; null where there is none.</summary>
    public virtual string? Vector(ElementwiseCall call) => null;

    /// <summary>The expression of a mask, all bits of a lane or none, where the operands are vectors of floats or such masks and the output is bool; null where there is none.</summary>
    public virtual string? Mask(ElementwiseCall call) => null;

    /// <summary>Whether <see cref="Vector"/> rounds as <see cref="Scalar"/> does.</summary>
    public virtual bool IsVectorExact(Node node) => true;

    /// <summary>The dimensions are broadcast; element types follow as they do where every open length is 1.</summary>
    public override bool InferOpen(InferenceContext context)
    {
        InferenceContext ones = context.WithOpenLengths(1);
        Infer(ones);
        if (ones.Outputs[0] is not TensorType type) return false;
        int rank = context.Rank(0);
        Dimension[][] operands =
        [
            .. ElementInputs(context.Node).Select(i =>
            {
                Shape shape = context.Shape(i);
                // Lengths of 2 are those of no rule before opset 7.
                int aligned = OperandLengths(context.Node, i, [.. Enumerable.Repeat(2, shape.Rank)], rank).Length;
                return (Dimension[])[.. shape.Dimensions, .. Enumerable.Repeat(new Dimension(1), aligned - shape.Rank)];
            }),
        ];
        context.SetOutput(0, type.ElementType, new Shape([.. OpenBroadcast.Of(context, 0, operands)]));
        return true;
    }

    /// <summary>The lengths of all element inputs, aligned, and of the output.</summary>
    protected int[] InferBroadcast(InferenceContext context)
    {
        ImmutableArray<int> inputs = ElementInputs(context.Node);
        int rank = context.Rank(0);
        return context.Broadcast([.. inputs.Select(i => OperandLengths(context.Node, i, context.Lengths(i), rank))]);
    }
}
