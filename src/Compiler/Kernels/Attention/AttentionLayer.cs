using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Attentions;

namespace RedGen.Compiler.Kernels.Attentions;

/// <summary>An Attention node as its kernels see it: sizes, scores, and where each input stands among those that are given.</summary>
internal sealed record AttentionLayer(Node Node, AttentionShape Shape, AttentionScores Scores, ElementType? MaskType, int[] MaskLengths)
{
    /// <summary>The position of an input among the step's; −1 where it is left out.</summary>
    public int Place(int input) => Node.HasInput(input) ? Node.Inputs.Take(input).Count(i => i.Length > 0) : -1;

    /// <summary>Whether the mask counts for its own columns only.</summary>
    public bool IsMaskPadded => MaskType is not null && Attention.IsPadded(Node.Operator.Version, MaskLengths[3], Shape.Total);

    /// <summary>Whether the mask has one column for all keys.</summary>
    public bool HasOneColumn => MaskType is not null && !IsMaskPadded && MaskLengths[3] != Shape.Total;

    /// <summary>Whether some key may be hidden from some row.</summary>
    public bool IsConstrained => MaskType is not null || Scores.IsCausal || Node.HasInput(6);

    /// <summary>The layer as summaries name it.</summary>
    public string Text => $"Attention of {Shape.Heads} heads" + (Shape.PerGroup > 1 ? $" in {Shape.Groups} groups" : "")
        + $", {Shape.Rows} × {Shape.Total} of {Shape.Depth} and {Shape.Width}" + (Scores.IsCausal ? ", causal" : "");

    /// <summary>Multiply-adds.</summary>
    public long Work => (long)Shape.Batch * Shape.Heads * Shape.Rows * Shape.Total * (Shape.Depth + Shape.Width);

    /// <summary>Reads a node.</summary>
    public static AttentionLayer Read(Node node, KernelContext context)
    {
        AttentionShape shape = AttentionShape.Read(context.Parameters(node));
        ElementType? mask = node.HasInput(3) ? context.ElementType(node.Inputs[3]) : null;
        return new(node, shape, AttentionScores.Read(node, shape), mask, node.HasInput(3) ? Attention.MaskLengths(context.Lengths(node.Inputs[3])) : []);
    }

    /// <summary>The distance of samples, of heads and of rows in a tensor of heads of some length.</summary>
    public (int Sample, int Head, int Row) Steps(int heads, int rows, int length)
        => (heads * rows * length, Shape.IsPacked ? length : rows * length, Shape.IsPacked ? heads * length : length);

    /// <summary>The distance of samples, heads and rows in the mask; 0 where one serves all.</summary>
    public (int Sample, int Head, int Row) MaskSteps()
    {
        int row = MaskLengths[3];
        int head = MaskLengths[2] * row;
        return (MaskLengths[0] == 1 ? 0 : MaskLengths[1] * head, MaskLengths[1] == 1 ? 0 : head, MaskLengths[2] == 1 ? 0 : row);
    }

    /// <summary>The index of a head of the query inside loops b, g and r.</summary>
    public string HeadIndex(LoopScope nest, (int Sample, int Head, int Row) steps, params (string Variable, int Stride)[] more)
        => nest.Index([("b", steps.Sample), ("g", steps.Head * Shape.PerGroup), ("r", steps.Head), .. more]);

    /// <summary>A factor or bound in the arithmetic of the scores.</summary>
    public static string Number(double value, string type) => type == "float" ? Emit.CSharpLiteral.Of((float)value) : Emit.CSharpLiteral.Of(value);
}
