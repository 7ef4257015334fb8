using System;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Attentions;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>
/// Attention: the sums of products of queries and keys, each row's softmax over the keys that it sees, and the weighted sums of values. Whether a
/// kernel scales queries or scores, and divides weights or their sum, moves roundings that the nodes' own errors have room for.
/// </summary>
internal static class AttentionRule
{
    private const int Mask = 3;
    private const int PastKey = 4;
    private const int Valid = 6;

    /// <summary>Reads the node.</summary>
    public static void Read(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        if (node.HasOutput(3)) throw new UnverifiableException("gives its scores");
        if (!node.HasOutput(0)) throw new UnverifiableException("gives no result");
        AttentionShape shape = AttentionShape.Read(builder.Parameters(node));
        AttentionScores scores = AttentionScores.Read(node, shape);
        FactorValues keys = Present(builder, node, shape, 1, shape.Depth), values = Present(builder, node, shape, 2, shape.Width);
        (bool[] isSeen, double[]? bias) = Masks(builder, node, shape, scores);
        // By row of all heads the keys that it sees; all rows' places one behind the other.
        int rows = shape.Batch * shape.Heads * shape.Rows;
        int[][] seen = [.. Enumerable.Range(0, rows).Select(row => Enumerable.Range(0, shape.Total).Where(j => isSeen[(row * shape.Total) + j]).ToArray())];
        int score = AddScores(builder, node, shape, scores, seen, keys);
        int count = seen.Sum(static s => s.Length), next = 0;
        int[][] lines = [.. seen.Select(s => s.Select(_ => next++).ToArray())];
        if (count == 0) throw new UnverifiableException("sees no key");
        score = AddMask(builder, node, shape, seen, score, bias);
        int weights = SoftmaxRule.AddWeights(builder, name, score, count, lines);
        builder.Add(name, WeightedSum(builder, name, shape, seen, lines, new FactorValues(weights, count, null), values));
    }

    private static int AddScores(NetworkBuilder builder, Node node, AttentionShape shape, AttentionScores scores, int[][] seen, FactorValues keys)
    {
        string name = node.Outputs[0];
        var products = new ProductSums();
        for (int row = 0; row < seen.Length; row++)
        {
            (int b, int h, int i) = Place(shape, row);
            int query = shape.At(b, h, i, shape.Heads, shape.Rows, shape.Depth), group = (b * shape.Groups) + (h / shape.PerGroup);
            foreach (int j in seen[row])
            {
                for (int d = 0; d < shape.Depth; d++) products.Add(query + d, (((group * shape.Total) + j) * shape.Depth) + d);
                products.End();
            }
        }

        FactorValues queries = FactorValues.Of(builder, node.Inputs[0]);
        if (queries.Constants is not null && keys.Constants is not null) throw new UnverifiableException("compares constants");
        int score = builder.AddHidden(products.Of(builder, name, queries, keys, scores.Scale).ToNode(name, new AffineRounding(shape.Depth + 4)));
        if (scores.Cap == 0) return score;
        int length = products.Outputs;
        score = AddScaled(builder, name, score, length, 1 / scores.Cap);
        return AddScaled(builder, name, builder.AddHidden(new ActivationNode(name, length, score, new SigmoidActivation(IsTanh: true))), length, scores.Cap);
    }

    private static int AddScaled(NetworkBuilder builder, string name, int x, int length, double factor)
        => builder.AddHidden(new AffineNode(name, [x], [new Operand(x, length, [.. Enumerable.Range(0, length)]).Map(factor)], new double[length], new AffineRounding(2)));

    private static int AddMask(NetworkBuilder builder, Node node, AttentionShape shape, int[][] seen, int score, double[]? bias)
    {
        string name = node.Outputs[0];
        int length = seen.Sum(static s => s.Length);
        bool isVariable = node.HasInput(Mask) && builder.IsVariable(node.Inputs[Mask]);
        if (bias is null && !isVariable) return score;
        int[] places = [.. seen.SelectMany((s, row) => s.Select(j => (row * shape.Total) + j))];
        var sum = new AffineSum(length);
        sum.Add(score, LinearMapBuilder.Identity(length));
        if (isVariable)
        {
            int[] mask = Attention.MaskLengths(builder.Shape(node.Inputs[Mask]));
            int[] elements = [.. places.Select(p => MaskElement(mask, Place(shape, p / shape.Total), p % shape.Total))];
            sum.Add(builder.Index(node.Inputs[Mask]), LinearMapBuilder.Selection(builder.Length(node.Inputs[Mask]), elements));
        }
        else
        {
            sum.Add(Array.ConvertAll(places, p => bias![p]));
        }

        return builder.AddHidden(sum.ToNode(name, new AffineRounding(2)));
    }

    private static AffineNode WeightedSum(NetworkBuilder builder, string name, AttentionShape shape, int[][] seen, int[][] lines, FactorValues weights, FactorValues values)
    {
        var products = new ProductSums();
        var order = new int[builder.Length(name)];
        for (int row = 0, next = 0; row < seen.Length; row++)
        {
            (int b, int h, int i) = Place(shape, row);
            int group = (b * shape.Groups) + (h / shape.PerGroup), target = shape.At(b, h, i, shape.Heads, shape.Rows, shape.Width);
            for (int d = 0; d < shape.Width; d++)
            {
                for (int k = 0; k < seen[row].Length; k++) products.Add(lines[row][k], (((group * shape.Total) + seen[row][k]) * shape.Width) + d);
                products.End();
                order[target + d] = next++;
            }
        }

        AffineNode sums = products.Of(builder, name, weights, values, 1).ToNode(name, new AffineRounding(products.MostTerms + 4));
        int all = builder.AddHidden(sums);
        return new AffineNode(name, [all], [new Operand(all, order.Length, order).Map()], new double[order.Length], null);
    }

    private static (int Sample, int Head, int Row) Place(AttentionShape shape, int row) => (row / shape.Rows / shape.Heads, row / shape.Rows % shape.Heads, row % shape.Rows);

    /// <summary>Past and added keys or values, [batch, heads, positions, length]; an output where the model asks for it.</summary>
    private static FactorValues Present(NetworkBuilder builder, Node node, AttentionShape shape, int input, int length)
    {
        int count = shape.Batch * shape.Groups * shape.Total * length;
        (int[] past, int[] added) = (new int[count], new int[count]);
        for (int i = 0; i < count; i++)
        {
            (int d, int position, int group, int b) = (i % length, i / length % shape.Total, i / length / shape.Total % shape.Groups, i / length / shape.Total / shape.Groups);
            bool isPast = position < shape.Past;
            past[i] = isPast ? (((((b * shape.Groups) + group) * shape.Past) + position) * length) + d : -1;
            added[i] = isPast ? -1 : shape.At(b, group, position - shape.Past, shape.Groups, shape.Added, length) + d;
        }

        string[] names = shape.Past == 0 ? [node.Inputs[input]] : [node.Inputs[input], node.Inputs[input + PastKey - 1]];
        int[][] elements = [added, past];
        if (!names.Any(builder.IsVariable) && !node.HasOutput(input))
        {
            double[][] constants = [.. names.Select(builder.Constant)];
            return new(-1, count, [.. Enumerable.Range(0, count).Select(i => added[i] >= 0 ? constants[0][added[i]] : constants[1][past[i]])]);
        }

        var sum = new AffineSum(count);
        for (int k = 0; k < names.Length; k++)
        {
            if (builder.IsVariable(names[k])) sum.Add(builder.Index(names[k]), LinearMapBuilder.Selection(builder.Length(names[k]), elements[k]));
            else sum.Add(Array.ConvertAll(elements[k], Pick(builder.Constant(names[k]))));
        }

        AffineNode present = sum.ToNode(node.HasOutput(input) ? node.Outputs[input] : node.Outputs[0], null);
        if (present.Sources.IsEmpty) throw new UnverifiableException("gives keys or values that do not depend on the input");
        if (!node.HasOutput(input)) return new(builder.AddHidden(present), count, null);
        builder.Add(node.Outputs[input], present);
        return new(builder.Index(node.Outputs[input]), count, null);
    }

    private static Converter<int, double> Pick(double[] constant) => i => i < 0 ? 0 : constant[i];

    /// <summary>Which keys each row sees, and what is added to their scores: both by row and key.</summary>
    private static (bool[] IsSeen, double[]? Bias) Masks(NetworkBuilder builder, Node node, AttentionShape shape, AttentionScores scores)
    {
        int count = shape.Batch * shape.Heads * shape.Rows * shape.Total;
        (var isSeen, double[]? bias) = (new bool[count], null);
        double[]? valid = node.HasInput(Valid) ? builder.Numbers(node.Inputs[Valid]) : null;
        bool isExternal = valid is not null && !node.HasInput(PastKey), isVariable = node.HasInput(Mask) && builder.IsVariable(node.Inputs[Mask]);
        if (isVariable && builder.Graph.TensorTypeOf(node.Inputs[Mask])!.ElementType != ElementType.Float32) throw new UnverifiableException("has a mask that depends on the input");
        int[] mask = node.HasInput(Mask) ? Attention.MaskLengths(builder.Shape(node.Inputs[Mask])) : [];
        double[]? constants = node.HasInput(Mask) && !isVariable ? builder.Numbers(node.Inputs[Mask]) : null;
        bool isBoolean = constants is not null && builder.Graph.ConstantOf(node.Inputs[Mask])!.ElementType == ElementType.Bool;
        if (constants is not null && !isBoolean) bias = new double[count];
        for (int at = 0; at < count; at++)
        {
            ((int b, int h, int i), int j) = (Place(shape, at / shape.Total), at % shape.Total);
            double keys = valid is null ? double.PositiveInfinity : valid[b], offset = isExternal ? keys - shape.Rows : shape.Past;
            isSeen[at] = j < keys && !(scores.IsCausal && j > i + offset) && !(mask.Length > 0 && Attention.IsPadded(node.Operator.Version, mask[3], shape.Total) && j >= mask[3]);
            if (constants is null || !isSeen[at]) continue;
            double own = constants[MaskElement(mask, (b, h, i), j)];
            if (isBoolean) isSeen[at] = own != 0;
            else if (double.IsNegativeInfinity(own)) isSeen[at] = false;
            else bias![at] = double.IsNaN(own) || double.IsInfinity(own) ? throw new UnverifiableException("has a mask that is no number") : own;
        }

        return (isSeen, bias);
    }

    private static int MaskElement(int[] mask, (int Sample, int Head, int Row) place, int key)
    {
        int[] at = [place.Sample, place.Head, place.Row, key];
        int element = 0;
        for (int a = 0; a < 4; a++) element = (element * mask[a]) + (mask[a] == 1 ? 0 : at[a]);
        return element;
    }
}
