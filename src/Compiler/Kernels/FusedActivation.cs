using RedGen.Compiler.Emit;
using RedGen.Compiler.Graphs;

namespace RedGen.Compiler.Kernels;

/// <summary>An activation that a kernel applies before it writes.</summary>
/// <param name="Expression">A value of one of RedGen.Runtime's activation types, such as <c>new Clip(0f, 6f)</c>.</param>
/// <param name="Name">What it is, for summaries.</param>
internal sealed record FusedActivation(string Expression, string Name)
{
    /// <summary>None.</summary>
    public static FusedActivation Identity { get; } = new("default(Identity)", "");

    /// <summary>x · sigmoid(x), which exporters write as two nodes.</summary>
    public static FusedActivation Silu { get; } = new("new Silu(1f)", "SiLU");

    /// <summary>Whether values stay as they are.</summary>
    public bool IsIdentity => Name.Length == 0;

    /// <summary>The activation of a node that reads one value at run time; null for other nodes.</summary>
    public static FusedActivation? TryRead(Node node, KernelContext context)
    {
        if (node.Operator.Domain.Length > 0) return null;
        string Number(string attribute, float defaultValue) => CSharpLiteral.Of(node.Attributes.Float(attribute, defaultValue));
        return node.Operator.Name switch
        {
            "Relu" => new("default(Relu)", "Relu"),
            "Sigmoid" => new("default(Sigmoid)", "Sigmoid"),
            "Tanh" => new("default(Tanh)", "Tanh"),
            "Softplus" => new("default(Softplus)", "Softplus"),
            "HardSwish" => new("default(HardSwish)", "HardSwish"),
            "Mish" => new("default(Mish)", "Mish"),
            "LeakyRelu" => new("new LeakyRelu(" + Number("alpha", 0.01f) + ")", "LeakyRelu"),
            "HardSigmoid" => new("new HardSigmoid(" + Number("alpha", 0.2f) + ", " + Number("beta", 0.5f) + ")", "HardSigmoid"),
            "Elu" => new("new Elu(" + Number("alpha", 1f) + ")", "Elu"),
            "Selu" => new("new Selu(" + Number("alpha", 1.6732632f) + ", " + Number("gamma", 1.050701f) + ")", "Selu"),
            "Gelu" => node.Attributes.String("approximate", "none") == "tanh" ? new("default(GeluTanh)", "Gelu") : new("default(Gelu)", "Gelu"),
            "Clip" => Clip(node, context),
            _ => null,
        };
    }

    /// <summary>The activation of one value in C#, written plainly where that is short.</summary>
    public string Apply(string value) => Expression switch
    {
        "default(Identity)" => value,
        "default(Relu)" => "Math.Max(0f, " + value + ")",
        _ => Expression + ".Apply(" + value + ")",
    };

    private static FusedActivation? Clip(Node node, KernelContext context)
    {
        float min = node.Attributes.Float("min", float.NegativeInfinity);
        float max = node.Attributes.Float("max", float.PositiveInfinity);
        if (!Limit(1, ref min) || !Limit(2, ref max)) return null;
        return new FusedActivation("new Clip(" + CSharpLiteral.Of(min) + ", " + CSharpLiteral.Of(max) + ")", "Clip " + CSharpLiteral.Of(min).TrimEnd('f') + " … " + CSharpLiteral.Of(max).TrimEnd('f'));

        bool Limit(int input, ref float value)
        {
            if (!node.HasInput(input)) return true;
            if (context.Constant(node.Inputs[input]) is not { ElementType: ElementType.Float32, Length: 1 } limit) return false;
            value = limit.AsSpan<float>()[0];
            return true;
        }
    }
}
