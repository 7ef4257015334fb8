using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Operators.Attentions;

/// <summary>
/// Attention: softmax(scale · Q · Kᵀ, capped and masked) · V, head by head. A row whose keys are all masked gives zeros. Key and value
/// of the past come before those given.
/// </summary>
internal sealed class Attention : Operator
{
    private const int Mask = 3;
    private const int Valid = 6;

    /// <inheritdoc/>
    public override OperatorSchema Schema { get; } = new()
    {
        Name = "Attention",
        Versions = [23, 24],
        Inputs =
        [
            new("Q", TypeSet.Float), new("K", TypeSet.Float), new("V", TypeSet.Float), new("attn_mask", TypeSet.NumericOrBool, Arity.Optional),
            new("past_key", TypeSet.Float, Arity.Optional), new("past_value", TypeSet.Float, Arity.Optional),
            new("nonpad_kv_seqlen", TypeSet.Int64, Arity.Optional, Since: 24),
        ],
        Outputs =
        [
            new("Y", TypeSet.Float), new("present_key", TypeSet.Float, Arity.Optional), new("present_value", TypeSet.Float, Arity.Optional),
            new("qk_matmul_output", TypeSet.Float, Arity.Optional),
        ],
        Attributes =
        [
            new("is_causal", AttributeKind.Int), new("kv_num_heads", AttributeKind.Int), new("q_num_heads", AttributeKind.Int),
            new("qk_matmul_output_mode", AttributeKind.Int), new("scale", AttributeKind.Float), new("softcap", AttributeKind.Float),
            new("softmax_precision", AttributeKind.Int),
        ],
    };

    /// <inheritdoc/>
    public override bool IsLinearTime => false;

    /// <summary>The lengths of the mask as [batch, heads, rows, columns], columns being 1 where one serves all.</summary>
    public static int[] MaskLengths(int[] mask) => [.. Enumerable.Repeat(1, 4 - mask.Length), .. mask];

    /// <summary>How many columns of the mask count: from opset 24 on those behind its last are masked, before it broadcasts.</summary>
    public static bool IsPadded(int version, int columns, int total) => columns < total && (version >= 24 || columns != 1);

    /// <inheritdoc/>
    public override void Infer(InferenceContext context)
    {
        AttentionShape shape = AttentionShape.Read(context);
        if (context.Type(0) != context.Type(1)) throw context.WrongType("Q and K must have one element type");
        if (context.HasInput(4) && (context.Type(4) != context.Type(1) || context.Type(5) != context.Type(2))) throw context.WrongType("past and present must have one element type");
        if (context.HasInput(Mask)) CheckMask(context, shape);
        if (context.HasInput(Valid) && !context.Lengths(Valid).SequenceEqual([shape.Batch])) throw context.Fail("nonpad_kv_seqlen must have one element a sample");
        if (context.Attributes.Float("scale", 1) < 0) throw context.Unsupported("scale", "it must not be negative");
        if (context.Attributes.Float("softcap", 0) < 0) throw context.Unsupported("softcap", "it must not be negative");
        if (context.Attributes.Int("qk_matmul_output_mode", 0) is < 0 or > 3) throw context.Unsupported("qk_matmul_output_mode", "it must be 0, 1, 2 or 3");
        if ((ElementType)context.Attributes.Int("softmax_precision", 1) is not (ElementType.Float32 or ElementType.BFloat16 or ElementType.Float16 or ElementType.Float64))
            throw context.Unsupported("softmax_precision", "it must be 1 (float), 10 (float16), 11 (double) or 16 (bfloat16)");
        context.SetComputedOutput(0, context.Type(0), shape.IsPacked ? [shape.Batch, shape.Rows, (long)shape.Heads * shape.Width] : [shape.Batch, shape.Heads, shape.Rows, shape.Width]);
        context.SetOutput(1, context.Type(1), [shape.Batch, shape.Groups, shape.Total, shape.Depth]);
        context.SetOutput(2, context.Type(2), [shape.Batch, shape.Groups, shape.Total, shape.Width]);
        context.SetOutput(3, context.Type(0), [shape.Batch, shape.Heads, shape.Rows, shape.Total]);
    }

    private static void CheckMask(InferenceContext context, AttentionShape shape)
    {
        int[] mask = context.Lengths(Mask);
        if (mask.Length is 0 or > 4) throw context.Fail("attn_mask must have rank 1 to 4");
        int[] lengths = MaskLengths(mask);
        bool isShort = context.Version >= 24 && lengths[3] <= shape.Total;
        if (lengths[3] != shape.Total && lengths[3] != 1 && !isShort) throw context.Fail("attn_mask has " + lengths[3] + " columns for " + shape.Total + " keys");
        int[] limits = [shape.Batch, shape.Heads, shape.Rows];
        for (int i = 0; i < 3; i++)
            if (lengths[i] != 1 && lengths[i] != limits[i]) throw context.Fail("attn_mask does not broadcast to [batch, heads, query positions, key positions]");
    }

    /// <inheritdoc/>
    public override void Evaluate(EvaluationContext context)
    {
        AttentionShape shape = AttentionShape.Read(context.Parameters);
        AttentionScores scores = AttentionScores.Read(context.Node, shape);
        ReferenceTensor y = context.NewOutput(0);
        ReferenceTensor keys = Present(context, shape, 1, 4, shape.Depth);
        ReferenceTensor values = Present(context, shape, 2, 5, shape.Width);
        ReferenceTensor? shown = context.HasOutput(3) ? context.NewOutput(3) : null;
        for (int row = 0; row < shape.Batch * shape.Heads * shape.Rows; row++)
        {
            (int b, int h, int i) = (row / shape.Rows / shape.Heads, row / shape.Rows % shape.Heads, row % shape.Rows);
            int group = (b * shape.Groups) + (h / shape.PerGroup);
            int query = shape.At(b, h, i, shape.Heads, shape.Rows, shape.Depth);
            var raw = new double[shape.Total];
            for (int j = 0; j < raw.Length; j++)
                for (int d = 0; d < shape.Depth; d++) raw[j] += scores.Scale * context.Input(0).Reals![query + d] * keys.Reals![(((group * shape.Total) + j) * shape.Depth) + d];
            double[] capped = scores.Cap == 0 ? raw : [.. raw.Select(s => scores.Cap * Math.Tanh(s / scores.Cap))];
            double[] bias = [.. raw.Select((_, j) => Bias(context, shape, scores, b, h, i, j))];
            double[] masked = [.. capped.Zip(bias, (s, m) => s + m)];
            double[] weights = bias.All(double.IsNegativeInfinity) ? new double[shape.Total] : Softmax(masked);
            int target = shape.At(b, h, i, shape.Heads, shape.Rows, shape.Width);
            for (int j = 0; j < weights.Length; j++)
                for (int d = 0; d < shape.Width; d++) y.Reals![target + d] += weights[j] * values.Reals![(((group * shape.Total) + j) * shape.Width) + d];
            if (shown is not null) (scores.Mode switch { 0 => raw, 1 => capped, 2 => masked, _ => weights }).CopyTo(shown.Reals!, row * shape.Total);
        }

        context.SetOutput(0, y);
        if (context.HasOutput(1)) context.SetOutput(1, keys);
        if (context.HasOutput(2)) context.SetOutput(2, values);
        if (shown is not null) context.SetOutput(3, shown);
    }

    private static double[] Softmax(double[] scores)
    {
        double max = scores.Max();
        double[] powers = [.. scores.Select(s => Math.Exp(s - max))];
        double sum = powers.Sum();
        return [.. powers.Select(p => p / sum)];
    }

    /// <summary>What is added to the score of query i and key j: the mask, and −∞ where the key may not be seen.</summary>
    private static double Bias(EvaluationContext context, AttentionShape shape, AttentionScores scores, int b, int h, int i, int j)
    {
        bool isExternal = context.HasInput(Valid) && !context.HasInput(4);
        long valid = context.HasInput(Valid) ? context.Input(Valid).Integers![b] : long.MaxValue;
        long offset = isExternal ? valid - shape.Rows : shape.Past;
        if (j >= valid || (scores.IsCausal && j > i + offset)) return double.NegativeInfinity;
        if (context.OptionalInput(Mask) is not { } mask) return 0;
        int[] lengths = MaskLengths(mask.Lengths);
        if (IsPadded(context.Version, lengths[3], shape.Total) && j >= lengths[3]) return double.NegativeInfinity;
        int[] place = [b, h, i, j];
        int at = 0;
        for (int a = 0; a < 4; a++) at = (at * lengths[a]) + (lengths[a] == 1 ? 0 : place[a]);
        return mask.ElementType == ElementType.Bool ? (mask.Integers![at] != 0 ? 0 : double.NegativeInfinity) : mask.Real(at);
    }

    /// <summary>The past and what is added to it, as [batch, heads, positions, length].</summary>
    private static ReferenceTensor Present(EvaluationContext context, AttentionShape shape, int input, int past, int length)
    {
        ReferenceTensor added = context.Input(input);
        var present = new ReferenceTensor(added.ElementType, [shape.Batch, shape.Groups, shape.Total, length]);
        for (int i = 0; i < present.Count; i++)
        {
            (int d, int position, int group, int b) = (i % length, i / length % shape.Total, i / length / shape.Total % shape.Groups, i / length / shape.Total / shape.Groups);
            present.Reals![i] = position < shape.Past
                ? context.Input(past).Reals![(((((b * shape.Groups) + group) * shape.Past) + position) * length) + d]
                : added.Reals![shape.At(b, group, position - shape.Past, shape.Groups, shape.Added, length) + d];
        }

        return present;
    }
}
