using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>Functions of single elements.</summary>
internal static class ActivationRule
{
    /// <summary>Reads a Relu.</summary>
    public static void Relu(NetworkBuilder builder, Node node) => Add(builder, node, new LeakyReluActivation(0));

    /// <summary>Reads a LeakyRelu.</summary>
    public static void LeakyRelu(NetworkBuilder builder, Node node)
    {
        double slope = node.Attributes.Float("alpha", 0.01f);
        if (!(slope is >= 0 and <= 1))
        {
            int length = builder.Length(node.Outputs[0]);
            SlopeRule.Add(builder, node, [.. System.Linq.Enumerable.Repeat(slope, length)]);
            return;
        }

        Add(builder, node, new LeakyReluActivation(slope));
    }

    /// <summary>Reads a Sigmoid.</summary>
    public static void Sigmoid(NetworkBuilder builder, Node node) => Add(builder, node, new SigmoidActivation(false));

    /// <summary>Reads a Tanh.</summary>
    public static void Tanh(NetworkBuilder builder, Node node) => Add(builder, node, new SigmoidActivation(true));

    /// <summary>Reads a Clip with constant ends.</summary>
    public static void Clip(NetworkBuilder builder, Node node)
    {
        double low = End(builder, node, 1, "min", double.NegativeInfinity), high = End(builder, node, 2, "max", double.PositiveInfinity);
        if (!(low <= high)) throw new UnverifiableException("has ends in the wrong order");
        Add(builder, node, new ClipActivation(low, high));
    }

    private static double End(NetworkBuilder builder, Node node, int input, string attribute, double none)
    {
        if (node.Operator.Version < 11) return node.Attributes.Float(attribute, (float)none);
        return node.HasInput(input) ? builder.Constant(node.Inputs[input])[0] : none;
    }

    private static void Add(NetworkBuilder builder, Node node, Activation function)
        => builder.Add(node.Outputs[0], new ActivationNode(node.Outputs[0], builder.Length(node.Outputs[0]), builder.Index(node.Inputs[0]), function));
}
