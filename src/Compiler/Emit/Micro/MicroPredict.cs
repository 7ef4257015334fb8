using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Graphs;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit.Micro;

/// <summary>Predict of RedGenProfile=Micro: the sequence of layers in memory of the caller's, and for desktops a form with checks and memory of its own.</summary>
internal static class MicroPredict
{
    /// <summary>Writes the methods.</summary>
    public static void Write(SourceWriter code, ExecutionPlan plan, ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs, ImmutableArray<EmittedStep> steps)
    {
        ImmutableArray<string> parameters = PredictEmitter.Formal(inputs, outputs);
        string element = ArenaText.ElementTypeOf(plan).CSharpName()!;
        string formal = string.Join(", ", parameters.Add($"Span<{element}> arena"));
        string actual = string.Join(", ", inputs.Concat(outputs).Select(v => v.Buffer.Name).Append("arena"));
        code.Line("/// <summary>Runs the network once. Nothing is checked: lengths are those of the constants above, and an output shares no memory with an input.</summary>");
        foreach (PublicValue value in inputs.Concat(outputs)) PredictEmitter.DocumentParameter(code, value);
        code.Line("/// <param name=\"arena\"><see cref=\"ArenaBytes\"/> bytes, at a multiple of 4, of any content.</param>");
        SequenceEmitter.Write(code, plan, "Predict", "Part", formal, actual, [], steps, "arena", "public static");
        code.Line();
        WriteDesktop(code, plan, inputs, outputs, parameters);
    }

    /// <summary>The form that checks lengths and brings memory along. A microcontroller has no exceptions and no heap for it.</summary>
    private static void WriteDesktop(SourceWriter code, ExecutionPlan plan, ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs, ImmutableArray<string> parameters)
    {
        code.Line("#if !" + MicroEmitter.FirmwareSymbol);
        PublicValue[] values = [.. inputs.Concat(outputs)];
        ElementType type = ArenaText.ElementTypeOf(plan);
        if (plan.ArenaBytes > 0)
        {
            code.Line("[global::System.ThreadStatic]");
            code.Line($"private static {type.CSharpName()}[] s_arena;");
            code.Line();
        }

        code.Line("/// <summary>Runs the network once, in memory that each thread keeps from call to call.</summary>");
        foreach (PublicValue value in values) PredictEmitter.DocumentParameter(code, value);
        code.Line("/// <exception cref=\"ArgumentException\">An argument has the wrong length.</exception>");
        using (code.Block($"public static void Predict({string.Join(", ", parameters)})"))
        {
            foreach (PublicValue value in values)
                code.Line($"if ({value.Buffer.Name}.Length != {value.Pascal}Length) throw new ArgumentException(\"It has the wrong length.\", nameof({value.Buffer.Name}));");
            IEnumerable<string> arguments = values.Select(v => v.Buffer.Name);
            if (plan.ArenaBytes > 0) code.Line($"if (s_arena == null) s_arena = new {type.CSharpName()}[ArenaBytes / {type.Bytes()}];");
            code.Line($"Predict({string.Join(", ", arguments.Append(plan.ArenaBytes > 0 ? "s_arena" : "default"))});");
        }

        code.Line("#endif");
    }
}
