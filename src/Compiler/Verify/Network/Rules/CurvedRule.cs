using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Red.Certify;

namespace RedGen.Compiler.Verify.Network.Rules;

/// <summary>Convex, concave and stepped functions of single elements.</summary>
internal static class CurvedRule
{
    /// <summary>Reads an Exp.</summary>
    public static void Exp(NetworkBuilder builder, Node node) => Add(builder, node, new ExpActivation(FloatRounding.Function));

    /// <summary>Reads a Log.</summary>
    public static void Log(NetworkBuilder builder, Node node) => Add(builder, node, new LogActivation());

    /// <summary>Reads a Sqrt.</summary>
    public static void Sqrt(NetworkBuilder builder, Node node) => Add(builder, node, new SqrtActivation());

    /// <summary>Reads a Reciprocal.</summary>
    public static void Reciprocal(NetworkBuilder builder, Node node) => Add(builder, node, new ReciprocalActivation(0));

    /// <summary>Reads an Abs.</summary>
    public static void Abs(NetworkBuilder builder, Node node) => Add(builder, node, new AbsActivation());

    /// <summary>Reads a Softplus.</summary>
    public static void Softplus(NetworkBuilder builder, Node node) => Add(builder, node, new SoftplusActivation());

    /// <summary>Reads a Sign.</summary>
    public static void Sign(NetworkBuilder builder, Node node) => Add(builder, node, new SignActivation());

    /// <summary>Reads a HardSigmoid: min(max(α·x + β, 0), 1).</summary>
    public static void HardSigmoid(NetworkBuilder builder, Node node)
    {
        int length = builder.Length(node.Outputs[0]);
        double alpha = node.Attributes.Float("alpha", 0.2f), beta = node.Attributes.Float("beta", 0.5f);
        LinearMap map = LinearMapBuilder.Selection(length, [.. Enumerable.Range(0, length)], [.. Enumerable.Repeat(alpha, length)]);
        int sum = builder.AddHidden(new AffineNode(node.Outputs[0], [builder.Index(node.Inputs[0])], [map], [.. Enumerable.Repeat(beta, length)], new AffineRounding(1)));
        builder.Add(node.Outputs[0], new ActivationNode(node.Outputs[0], length, sum, new ClipActivation(0, 1)));
    }

    private static void Add(NetworkBuilder builder, Node node, Activation function)
        => builder.Add(node.Outputs[0], new ActivationNode(node.Outputs[0], builder.Length(node.Outputs[0]), builder.Index(node.Inputs[0]), function));
}
