using System;
using System.Linq;
using RedGen.Compiler.Execute;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Passes;

/// <summary>
/// Cheaper forms of the same arithmetic: division by powers of two as multiplication (exact), squares and cubes as products,
/// factors one after another as one, sums of integers one after another as one. Float sums are left: (x + 1e9) − 1e9 is not x.
/// </summary>
internal sealed class SimplifyArithmetic : GraphPass
{
    /// <summary>Factors beyond these powers of two could overflow or vanish together where they do not one by one.</summary>
    private static readonly double LargestFactor = Math.Pow(2, 30);

    /// <inheritdoc/>
    public override Graph Run(Graph graph, PassContext context)
    {
        var budget = new ConstantBudget(graph, context);
        return RewriteNodes(graph, context, (builder, node) =>
        {
            bool changed = DivideExactly(builder, node, budget) || MultiplyPowers(builder, node);
            return (builder.Find(node.Name) is { } current && JoinConstants(builder, current, budget)) || changed;
        });
    }

    /// <summary>x / 2^k is x · 2^-k to the bit: both are the one real number, rounded once.</summary>
    private static bool DivideExactly(GraphBuilder builder, Node node, ConstantBudget budget)
    {
        if (!node.Is("Div") || node.BroadcastsAlongAxis() || builder.ConstantOf(node.Inputs[1]) is not { } constant || !budget.TryTake(constant.Length)) return false;
        if (builder.Reals(node.Inputs[1]) is not { ElementType: ElementType.Float32 or ElementType.Float64 } divisor) return false;
        if (!divisor.Reals!.All(IsPowerOfTwo)) return false;
        var factor = new ReferenceTensor(divisor.ElementType, divisor.Lengths, [.. divisor.Reals!.Select(d => 1 / d)]);
        string name = builder.AddInitializer(node.Inputs[1] + "_reciprocal", factor.ToTensor());
        builder.Replace(node, node with { Operator = PatternExtensions.Written("Mul"), Inputs = [node.Inputs[0], name], Attributes = NodeAttributes.Empty });
        return true;
    }

    private static bool IsPowerOfTwo(double value)
        => Math.Abs(value) <= LargestFactor && Math.Abs(value) >= 1 / LargestFactor && (BitConverter.DoubleToInt64Bits(value) & 0xFFFFFFFFFFFFFL) == 0;

    private static bool MultiplyPowers(GraphBuilder builder, Node node)
    {
        if (!node.Is("Pow") || node.BroadcastsAlongAxis() || !builder.HaveSameType(node.Inputs[0], node.Outputs[0]) || builder.ConstantOf(node.Inputs[1]) is not { Length: > 0 } tensor) return false;
        if (builder.TensorTypeOf(node.Inputs[0]) is not { ElementType: ElementType.Float32 or ElementType.Float64 } type || !ElementCodec.Supports(tensor.ElementType)) return false;
        ReferenceTensor exponents = ReferenceTensor.FromTensor(tensor);
        double exponent = exponents.Real(0);
        if ((exponent != 2 && exponent != 3) || Enumerable.Range(0, exponents.Count).Any(i => exponents.Real(i) != exponent)) return false;
        string x = node.Inputs[0];
        Node last = node with { Operator = PatternExtensions.Written("Mul"), Inputs = [x, x], Attributes = NodeAttributes.Empty };
        if (exponent == 2)
        {
            builder.Replace(node, last);
            return true;
        }

        string square = builder.FreshName(node.Outputs[0] + "_square");
        builder.SetType(square, type);
        builder.Replace(
            node,
            last with { Name = builder.FreshName(node.Name + "_square"), Outputs = [square] },
            last with { Inputs = [square, x] });
        return true;
    }

    /// <summary>(x ∘ a) ∘ b is x ∘ (a ∘ b) for factors, and for sums and products of integers, which are exact modulo 2^bits.</summary>
    private static bool JoinConstants(GraphBuilder builder, Node node, ConstantBudget budget)
    {
        if ((!node.Is("Mul") && !node.Is("Add")) || Operands(builder, node) is not { } outer) return false;
        if (builder.Producer(outer.Data) is not { } first || !first.Is(node.Operator.Name) || Operands(builder, first) is not { } inner) return false;
        if (builder.SingleConsumer(outer.Data) is null || !builder.HaveSameType(inner.Data, outer.Data) || !builder.HaveSameType(outer.Data, node.Outputs[0])) return false;
        if (!budget.TryTake(Math.Max(builder.ConstantOf(inner.Constant)!.Length, builder.ConstantOf(outer.Constant)!.Length))) return false;
        if (Combine(builder, node, inner.Constant, outer.Constant) is not { } joined) return false;
        string name = builder.AddInitializer(outer.Constant + "_joined", joined.ToTensor());
        builder.Replace(node, node with { Inputs = [inner.Data, name] });
        builder.Remove(first);
        return true;
    }

    private static (string Data, string Constant)? Operands(GraphBuilder builder, Node node)
    {
        if (node.Inputs.Length != 2 || node.BroadcastsAlongAxis()) return null;
        bool firstIsConstant = builder.ConstantOf(node.Inputs[0]) is not null;
        bool secondIsConstant = builder.ConstantOf(node.Inputs[1]) is not null;
        if (firstIsConstant == secondIsConstant) return null;
        return secondIsConstant ? (node.Inputs[0], node.Inputs[1]) : (node.Inputs[1], node.Inputs[0]);
    }

    /// <summary>The two constants combined, where one has the shape of the other or is a scalar, so that the result is no larger.</summary>
    private static ReferenceTensor? Combine(GraphBuilder builder, Node node, string first, string second)
    {
        Tensor a = builder.ConstantOf(first)!;
        Tensor b = builder.ConstantOf(second)!;
        if (a.ElementType != b.ElementType || !ElementCodec.Supports(a.ElementType)) return null;
        if (!a.Dimensions.SequenceEqual(b.Dimensions) && a.Length != 1 && b.Length != 1) return null;
        Tensor larger = b.Length > a.Length || (b.Length == a.Length && b.Dimensions.Length > a.Dimensions.Length) ? b : a;
        ReferenceTensor x = ReferenceTensor.FromTensor(a);
        ReferenceTensor y = ReferenceTensor.FromTensor(b);
        var result = new ReferenceTensor(a.ElementType, [.. larger.Dimensions]);
        for (int i = 0; i < result.Count; i++)
        {
            int p = x.Count == 1 ? 0 : i;
            int q = y.Count == 1 ? 0 : i;
            if (result.Integers is not null) result.Integers[i] = unchecked(node.Is("Mul") ? x.Integers![p] * y.Integers![q] : x.Integers![p] + y.Integers![q]);
            else if (node.Is("Mul") && IsModest(x.Reals![p]) && IsModest(y.Reals![q])) result.Reals![i] = x.Reals[p] * y.Reals[q];
            else return null;
        }

        return result.Rounded();
    }

    private static bool IsModest(double factor) => Math.Abs(factor) <= LargestFactor && Math.Abs(factor) >= 1 / LargestFactor;
}
