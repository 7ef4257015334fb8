using System;
using System.Linq;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>PRelu with constant slopes p, and LeakyRelu with any: p·x + (1 − p)·max(x, 0), whose relaxation is Relu's.</summary>
internal static class SlopeRule
{
    /// <summary>Reads a PRelu.</summary>
    public static void PRelu(NetworkBuilder builder, Node node)
    {
        if (builder.IsVariable(node.Inputs[1])) throw new UnverifiableException("has slopes that depend on the input");
        int[] shape = builder.Shape(node.Outputs[0]), own = [.. builder.Graph.ConstantOf(node.Inputs[1])!.Dimensions];
        // Before opset 7 one slope a channel stands for axis 1.
        if (node.Operator.Version < 7 && own.Length == 1 && shape.Length > 2 && own[0] > 1) own = [own[0], .. Enumerable.Repeat(1, shape.Length - 2)];
        Add(builder, node, Broadcast.Constant(builder.Constant(node.Inputs[1]), own, shape));
    }

    /// <summary>Adds the function with a slope for each element.</summary>
    public static void Add(NetworkBuilder builder, Node node, double[] slopes)
    {
        string name = node.Outputs[0];
        if (slopes.Any(static s => double.IsNaN(s) || double.IsInfinity(s))) throw new UnverifiableException("has a slope that is not finite");
        int length = slopes.Length, x = builder.Index(node.Inputs[0]);
        if (builder.Length(node.Inputs[0]) != length) throw new UnverifiableException("repeats its operand");
        int relu = builder.AddHidden(new ActivationNode(name, length, x, new LeakyReluActivation(0)));
        int[] all = [.. Enumerable.Range(0, length)];
        builder.Add(name, new AffineNode(name, [x, relu], [new Operand(x, length, all).Map(slopes), new Operand(relu, length, all).Map(Array.ConvertAll(slopes, static s => 1 - s))], new double[length], new AffineRounding(2)));
    }
}
