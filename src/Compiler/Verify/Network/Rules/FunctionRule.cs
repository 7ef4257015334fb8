using System;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>Functions of single elements whose attributes say no more than the function's parameters.</summary>
internal static class FunctionRule
{
    /// <summary>The rule of a function without attributes.</summary>
    public static Action<NetworkBuilder, Node> Of(Activation function) => (builder, node) => Add(builder, node, function);

    /// <summary>Reads a Gelu.</summary>
    public static void Gelu(NetworkBuilder builder, Node node) => Add(builder, node, new GeluActivation(node.Attributes.String("approximate", "none") == "tanh"));

    /// <summary>Reads a Swish.</summary>
    public static void Swish(NetworkBuilder builder, Node node) => Add(builder, node, new SwishActivation(node.Attributes.Float("alpha", 1)));

    /// <summary>Reads an Elu.</summary>
    public static void Elu(NetworkBuilder builder, Node node) => Add(builder, node, new EluActivation(node.Attributes.Float("alpha", 1), 1, 1));

    /// <summary>Reads a Celu.</summary>
    public static void Celu(NetworkBuilder builder, Node node)
    {
        double alpha = node.Attributes.Float("alpha", 1);
        if (!(alpha > 0)) throw new UnverifiableException("has an alpha that is not above 0");
        Add(builder, node, new EluActivation(alpha, alpha, 1));
    }

    /// <summary>Reads a Selu.</summary>
    public static void Selu(NetworkBuilder builder, Node node)
    {
        double gamma = node.Attributes.Float("gamma", 1.05070102214813232421875f);
        Add(builder, node, new EluActivation(gamma * node.Attributes.Float("alpha", 1.67326319217681884765625f), 1, gamma));
    }

    /// <summary>Reads a ThresholdedRelu.</summary>
    public static void ThresholdedRelu(NetworkBuilder builder, Node node)
        => Add(builder, node, new ThresholdedActivation(double.NegativeInfinity, node.Attributes.Float("alpha", 1), 0));

    /// <summary>Reads a Shrink.</summary>
    public static void Shrink(NetworkBuilder builder, Node node)
    {
        double lambda = node.Attributes.Float("lambd", 0.5f);
        if (!(lambda >= 0)) throw new UnverifiableException("has a threshold below 0");
        Add(builder, node, new ThresholdedActivation(-lambda, lambda, -node.Attributes.Float("bias", 0)));
    }

    /// <summary>Reads an Acos: π ⁄ 2 less the inverse sine.</summary>
    public static void Acos(NetworkBuilder builder, Node node)
    {
        int length = builder.Length(node.Outputs[0]);
        int sine = builder.AddHidden(new ActivationNode(node.Outputs[0], length, builder.Index(node.Inputs[0]), new AsinActivation()));
        LinearMap negative = new Operand(sine, length, Broadcast.Indices([length], [length])).Map(-1);
        double[] half = new double[length];
        for (int i = 0; i < length; i++) half[i] = Math.PI / 2;
        builder.Add(node.Outputs[0], new AffineNode(node.Outputs[0], [sine], [negative], half, new AffineRounding(2)));
    }

    /// <summary>Adds a function of a node's only input.</summary>
    public static void Add(NetworkBuilder builder, Node node, Activation function)
        => builder.Add(node.Outputs[0], new ActivationNode(node.Outputs[0], builder.Length(node.Outputs[0]), builder.Index(node.Inputs[0]), function));
}
