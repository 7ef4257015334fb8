using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators;

namespace RedGen.Compiler.Red.Merge.Rules;

/// <summary>What an operator makes of channels that are one number everywhere: its reference evaluation of one element.</summary>
internal static class ScalarEvaluation
{
    /// <summary>The single number that a constant is for a channel; null where it is several.</summary>
    public static ReferenceTensor? OfChannel(Tensor tensor, int axis, ChannelLayout layout, int channel)
    {
        ReferenceTensor all = ReferenceTensor.FromTensor(tensor);
        bool varies = axis >= 0 && tensor.Dimensions[axis] > 1;
        int after = axis < 0 ? 1 : ChannelSlices.Around(tensor, axis).After;
        int first = -1;
        for (int i = 0; i < all.Count; i++)
        {
            if (varies && layout.ChannelOf(i / after % layout.Length) != channel) continue;
            if (first < 0) first = i;
            else if (!all.Real(i).Equals(all.Real(first))) return null;
        }

        var scalar = new ReferenceTensor(tensor.ElementType, [1]);
        if (first < 0 || scalar.Strings is not null) return null;
        scalar.CopyElement(0, all, first);
        return scalar;
    }

    /// <summary>The output's only element; null where it is no finite number.</summary>
    /// <param name="op">The operator.</param>
    /// <param name="node">The node.</param>
    /// <param name="inputs">Inputs of one element.</param>
    /// <param name="type">The output's element type, a float.</param>
    /// <param name="rank">The output's rank.</param>
    public static double? Run(Operator op, Node node, ReferenceTensor?[] inputs, ElementType type, int rank)
    {
        var context = new EvaluationContext(node, inputs, [new TensorType(type, Shape.Of(Enumerable.Repeat(1, rank)))]);
        op.Evaluate(context);
        double value = context.Outputs[0]!.Reals![0];
        return double.IsNaN(value) || double.IsInfinity(value) ? null : value;
    }
}
