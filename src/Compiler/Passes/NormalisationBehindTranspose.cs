using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Exchanges a batch normalisation with the transpose before it. It names its channels by their place, second, so that it becomes a
/// product and a sum with constants first, which may vary along any axis.
/// </summary>
internal static class NormalisationBehindTranspose
{
    /// <summary>Exchanges them.</summary>
    /// <returns>Whether the graph changed.</returns>
    public static bool Swap(GraphBuilder builder, Node node, bool copies, ConstantBudget budget)
    {
        if (!node.Is("BatchNormalization") || builder.Producer(node.Inputs[0]) is not { } transpose || !transpose.Is("Transpose")) return false;
        if (!copies && builder.SingleConsumer(node.Inputs[0]) is null) return false;
        if (builder.TensorTypeOf(node.Inputs[0]) is not { IsStatic: true } type || AffineMap.Read(builder, node, node.Inputs[0], 1, 1) is not { } map || !budget.TryTake(2 * map.Scale.Length)) return false;
        int[] lengths = [map.Scale.Length, .. Enumerable.Repeat(1, type.Shape!.Dimensions.Length - 2)];
        string scale = builder.AddInitializer(node.Name + "_scale", new ReferenceTensor(type.ElementType, lengths, map.Scale).Rounded().ToTensor());
        string shift = builder.AddInitializer(node.Name + "_shift", new ReferenceTensor(type.ElementType, lengths, map.Shift).Rounded().ToTensor());
        string scaled = builder.FreshName(node.Outputs[0] + "_scaled");
        builder.SetType(scaled, type);
        var product = new Node { Name = node.Name, Operator = PatternExtensions.Written("Mul"), Inputs = [node.Inputs[0], scale], Outputs = [scaled] };
        var sum = new Node { Name = builder.FreshName(node.Name + "_add"), Operator = PatternExtensions.Written("Add"), Inputs = [scaled, shift], Outputs = [node.Outputs[0]] };
        builder.Replace(node, product, sum);
        if (TransposeBehind.Swap(builder, product, copies, budget)) TransposeBehind.Swap(builder, builder.Find(sum.Name)!, copies, budget);
        return true;
    }
}
