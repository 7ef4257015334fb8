using System;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>Mod by constants: x − c · trunc(x ⁄ c), which is a float32 number for all that are; without <c>fmod</c> x − c · floor(x ⁄ c), of integers.</summary>
internal static class RemainderRule
{
    /// <summary>Reads the node.</summary>
    public static void Read(NetworkBuilder builder, Node node)
    {
        string name = node.Outputs[0];
        if (builder.IsVariable(node.Inputs[1])) throw new UnverifiableException("divides by a value that depends on the input");
        bool isTruncated = node.Attributes.Int("fmod", 0) != 0;
        if (!isTruncated && builder.Graph.TensorTypeOf(name)!.ElementType == ElementType.Float32) throw new UnverifiableException("takes the floor of a quotient of floats");
        int[] shape = builder.Shape(name);
        double[] divisors = builder.SpreadConstant(node.Inputs[1], shape);
        if (divisors.Any(static d => d == 0 || double.IsNaN(d) || double.IsInfinity(d))) throw new UnverifiableException("divides by zero, or by what is not finite");
        Operand x = builder.Spread(node.Inputs[0], shape);
        int length = divisors.Length;
        int quotient = builder.AddHidden(new AffineNode(name, [x.Node], [x.Map(Array.ConvertAll(divisors, static d => 1 / d))], new double[length], AffineRounding.OfNoCode));
        int whole = builder.AddHidden(new ActivationNode(name, length, quotient, new RoundingActivation(isTruncated ? RoundingKind.Zero : RoundingKind.Down)));
        LinearMap product = LinearMapBuilder.Selection(length, [.. Enumerable.Range(0, length)], Array.ConvertAll(divisors, static d => -d));
        int rest = builder.AddHidden(new AffineNode(name, [x.Node, whole], [x.Map(), product], new double[length], AffineRounding.OfNoCode));
        // No remainder is as large as the divisor.
        double most = divisors.Max(Math.Abs);
        builder.Add(name, new ActivationNode(name, length, rest, new ClipActivation(-most, most)));
    }
}
