using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Operators.Reduction;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>Cast and CastLike among float32, bool and integers: towards zero, and only where no number leaves the integers.</summary>
internal static class CastRule
{
    /// <summary>Integers up to this magnitude are float32 numbers.</summary>
    private const double ExactIntegers = 1 << 24;

    /// <summary>Reads the node.</summary>
    public static void Read(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        ElementType from = builder.Graph.TensorTypeOf(node.Inputs[0])!.ElementType, to = builder.Graph.TensorTypeOf(name)!.ElementType;
        int length = builder.Length(name), source = builder.Index(node.Inputs[0]);
        int[] all = [.. Enumerable.Range(0, length)];
        if (from == to || from == ElementType.Bool)
        {
            builder.Add(name, new AffineNode(name, [source], [new Operand(source, length, all).Map()], new double[length], null));
            return;
        }

        if (to == ElementType.Bool)
        {
            int zero = builder.AddHidden(new ActivationNode(name, length, source, new ComparisonActivation(ComparisonKind.Same)));
            builder.Add(name, new AffineNode(name, [zero], [new Operand(zero, length, all).Map(-1)], [.. Enumerable.Repeat(1.0, length)], null));
            return;
        }

        double least = to == ElementType.Float32 ? -ExactIntegers : IntegerRange.Lowest(to), most = to == ElementType.Float32 ? ExactIntegers : IntegerRange.Highest(to);
        int within = builder.AddHidden(new ActivationNode(name, length, source, new WithinActivation(least, most)));
        if (from == ElementType.Float32) builder.Add(name, new ActivationNode(name, length, within, new RoundingActivation(RoundingKind.Zero)));
        else builder.Add(name, new AffineNode(name, [within], [new Operand(within, length, all).Map()], new double[length], null));
    }
}
