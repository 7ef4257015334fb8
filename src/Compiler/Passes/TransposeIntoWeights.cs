using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Passes;

/// <summary>Lets products take in a transpose before them.</summary>
internal static class TransposeIntoWeights
{
    /// <summary>Rewrites Gemm or MatMul with a transpose before it.</summary>
    /// <returns>Whether the graph changed.</returns>
    public static bool Absorb(GraphBuilder builder, Node node, ConstantBudget budget)
        => (node.Is("Gemm") || node.Is("MatMul")) && (TransposeSecond(builder, node) || PermuteWeights(builder, node, budget));

    /// <summary>Gemm can read its second input transposed.</summary>
    private static bool TransposeSecond(GraphBuilder builder, Node node)
    {
        if (!node.Is("Gemm") || builder.Producer(node.Inputs[1]) is not { } transpose || !transpose.Is("Transpose")) return false;
        bool transposed = node.Attributes.Int("transB", 0) == 0;
        if (!transpose.Permutation(2).SequenceEqual([1, 0])) return false;
        builder.Replace(node, node with { Inputs = node.Inputs.SetItem(1, transpose.Inputs[0]), Attributes = node.Attributes.With("transB", transposed ? 1 : 0) });
        return true;
    }

    /// <summary>Transpose → Flatten → product with constant weights: the weights' rows are permuted instead.</summary>
    private static bool PermuteWeights(GraphBuilder builder, Node node, ConstantBudget budget)
    {
        if (node.Attributes.Int("transA", 0) != 0 || builder.SingleConsumer(node.Inputs[0]) is null || builder.Producer(node.Inputs[0]) is not { } view) return false;
        if ((!view.Is("Flatten") && !view.Is("Reshape")) || builder.IsCheckedAtRunTime(view) || builder.Producer(view.Inputs[0]) is not { } transpose || !transpose.Is("Transpose")) return false;
        if (builder.Lengths(node.Inputs[0]) is not { Length: 2 } matrix || builder.Lengths(view.Inputs[0]) is not { } lengths || lengths[0] != matrix[0]) return false;
        int[] permutation = transpose.Permutation(lengths.Length);
        if (permutation[0] != 0 || lengths.Contains(0) || builder.ConstantOf(node.Inputs[1]) is not { } constant || !budget.TryTake(constant.Length)) return false;
        if (builder.Reals(node.Inputs[1]) is not { Rank: 2 } weights) return false;

        // The weights' rows in the order of the transposed axes, back into that of the axes before.
        bool transposed = node.Attributes.Int("transB", 0) != 0;
        int[] axes = [.. lengths.Skip(1)];
        int columns = weights.Lengths[transposed ? 0 : 1];
        int[] back = PatternExtensions.Inverse(permutation);
        int offset = transposed ? 1 : 0;
        int[] order = [.. back.Skip(1).Select(p => p - 1 + offset)];
        ReferenceTensor permuted = transposed
            ? PatternExtensions.Permuted(weights.Reshape([columns, .. axes]), [0, .. order])
            : PatternExtensions.Permuted(weights.Reshape([.. axes, columns]), [.. order, axes.Length]);
        string name = builder.AddInitializer(node.Inputs[1] + "_permuted", permuted.Reshape(weights.Lengths).ToTensor());
        builder.Replace(node, node with { Inputs = node.Inputs.SetItem(1, name) });
        builder.Replace(view, builder.Reshape(view.Name, transpose.Inputs[0], view.Outputs[0], matrix));
        return true;
    }
}
