using System.Collections.Immutable;
using System.Globalization;
using System.Linq;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit.Micro;

/// <summary>The constants of a class of RedGenProfile=Micro.</summary>
internal static class MicroConstants
{
    /// <summary>Writes lengths and sizes.</summary>
    public static void Write(SourceWriter code, ExecutionPlan plan, ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs)
    {
        foreach (PublicValue value in inputs.Concat(outputs))
        {
            string kind = inputs.Contains(value) ? "input" : "output";
            Constant(code, "int", value.Pascal + "Length", value.Buffer.Length, $"Elements of {kind} <c>{XmlText.Escape(value.Value.Name)}</c>, {value.Shape}.");
        }

        Constant(code, "int", "ArenaBytes", plan.ArenaBytes, "Bytes of memory that a call works in, besides inputs and outputs.");
        Constant(code, "long", "WeightBytes", plan.WeightBytes, "Bytes of constants.");
        Constant(code, "long", "Macs", plan.MultiplyAdds, "Multiply-adds of one call.");
    }

    private static void Constant(SourceWriter code, string type, string name, long value, string summary)
    {
        code.Line("/// <summary>" + summary + "</summary>");
        code.Line($"public const {type} {name} = {value.ToString(CultureInfo.InvariantCulture)};");
        code.Line();
    }
}
