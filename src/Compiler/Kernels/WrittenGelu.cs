using System;
using System.Collections.Generic;
using System.Linq;
using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Kernels.Attentions;

namespace RedGen.Compiler.Kernels;

/// <summary>v · (1 + erf(v / √2)), with or without the factor ½ behind it, as models write it out: a quotient, Erf, a sum, a product.</summary>
internal static class WrittenGelu
{
    /// <summary>Nodes of the form without a factor.</summary>
    private const int Length = 4;

    /// <summary>Reads nodes that begin with the quotient; null where they are something else.</summary>
    /// <param name="nodes">Nodes in topological order.</param>
    /// <param name="first">The first to read.</param>
    /// <param name="value">v.</param>
    /// <param name="context">The graph.</param>
    /// <param name="count">How many nodes belong to it.</param>
    public static FusedActivation? TryRead(IReadOnlyList<Node> nodes, int first, string value, KernelContext context, out int count)
    {
        count = Length;
        if (first + Length > nodes.Count) return null;
        (Node quotient, Node erf, Node sum, Node product) = (nodes[first], nodes[first + 1], nodes[first + 2], nodes[first + 3]);
        if (OperandView.FactorOf(quotient, value, context) is not { } inner || Math.Abs(inner - Math.Sqrt(0.5)) > 1e-6) return null;
        if (erf.Operator.QualifiedName != "Erf" || erf.Inputs[0] != quotient.Outputs[0]) return null;
        if (sum.Operator.QualifiedName != "Add" || !sum.Inputs.Contains(erf.Outputs[0]) || !sum.Inputs.Any(i => context.Constant(i) is { ElementType: ElementType.Float32, Length: 1 } one && one.AsSpan<float>()[0] == 1f)) return null;
        if (product.Operator.QualifiedName != "Mul" || !product.Inputs.OrderBy(i => i, StringComparer.Ordinal).SequenceEqual(new[] { value, sum.Outputs[0] }.OrderBy(i => i, StringComparer.Ordinal))) return null;
        if (new[] { quotient, erf, sum, product }.Any(n => !context.Lengths(n.Outputs[0]).SequenceEqual(context.Lengths(value)))) return null;
        if (first + Length == nodes.Count || OperandView.FactorOf(nodes[first + Length], product.Outputs[0], context) is not { } factor) return Scaled(2);
        if (!context.Lengths(nodes[first + Length].Outputs[0]).SequenceEqual(context.Lengths(value))) return Scaled(2);
        count++;
        return Scaled(2 * factor);
    }

    /// <summary>What may be the nodes behind a value that only they read, the longest form first.</summary>
    public static IEnumerable<Node[]> Behind(string value, GraphBuilder builder)
    {
        if (builder.IsOutput(value) || builder.Consumers(value) is not { Length: 2 } both) yield break;
        foreach (Node quotient in both)
        {
            if (builder.SingleConsumer(quotient.Outputs[0]) is not { Operator.Name: "Erf" } erf || builder.SingleConsumer(erf.Outputs[0]) is not { } sum) continue;
            if (builder.SingleConsumer(sum.Outputs[0]) is not { } product || !both.Any(n => n.Name == product.Name)) continue;
            if (builder.SingleConsumer(product.Outputs[0]) is { } half && half.Operator.Name is "Mul" or "Div") yield return [quotient, erf, sum, product, half];
            yield return [quotient, erf, sum, product];
        }
    }

    private static FusedActivation Scaled(double factor)
        => factor == 1 ? new("default(Gelu)", "Gelu") : new("new ScaledGelu(" + CSharpLiteral.Of((float)factor) + ")", CSharpLiteral.Of((float)factor).TrimEnd('f') + " · Gelu");
}
