using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using System.Threading;
using RedGen.Compiler.Diagnostics;
using RedGen.Compiler.Options;
using RedGen.Compiler.Plan;

namespace RedGen.Compiler.Emit.Micro;

/// <summary>
/// Emits the class of RedGenProfile=Micro: the same on a desktop and on a microcontroller without a runtime (docs/micro.md). Predict gets all memory from its caller;
/// nothing throws, nothing is allocated, nothing is computed before the first call.
/// </summary>
internal static class MicroEmitter
{
    /// <summary>The symbol under which the code is compiled for a microcontroller.</summary>
    public const string FirmwareSymbol = "REDGEN_FIRMWARE";

    /// <summary>Emits the class, its weights, and in source mode the functions that it calls.</summary>
    public static EmittedModel Emit(ExecutionPlan plan, ImmutableArray<string> proven, CancellationToken cancellationToken)
    {
        var weights = new WeightTable(keeps: false, shares: false);
        ImmutableArray<EmittedStep> steps = EmittedStep.NameAll(plan, weights);
        HashSet<string> methods = MethodsOf(steps);
        var body = new SourceWriter();
        foreach (EmittedStep step in steps)
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (string line in Step(plan, step, methods)) body.Line(line);
        }

        (ImmutableArray<PublicValue> inputs, ImmutableArray<PublicValue> outputs) = PublicValue.Of(plan);
        var code = new SourceWriter();
        FileHeader.WriteMicro(code, plan, body + (ArenaText.ElementTypeOf(plan) == Graphs.ElementType.UInt8 ? "MemoryMarshal." : ""));
        ClassDocumentation.Write(code, plan, steps, proven);
        using (code.Block(FileHeader.ClassDeclaration(plan)))
        {
            MicroConstants.Write(code, plan, inputs, outputs);
            MicroPredict.Write(code, plan, inputs, outputs, steps);
            foreach (string line in body.ToString().TrimEnd('\n').Split('\n')) code.Line(line);
        }

        ImmutableArray<GeneratedSource> sources = [new GeneratedSource(plan.ClassName + ".g.cs", code.ToString())];
        if (weights.All.Length > 0) sources = sources.Add(new GeneratedSource(plan.ClassName + ".Weights.g.cs", WeightEmitter.EmitMicro(plan, weights)));
        if (plan.Options.Runtime == RuntimeMode.Source) sources = sources.AddRange(MicroText.RuntimeTypes(body.ToString()).Select(RuntimeSources.Only));
        return new EmittedModel(sources, default, 0);
    }

    /// <summary>The option that asks for plain loops, as the user wrote it.</summary>
    public static string OptionOf(CompilerOptions options) => options.Profile == Profile.Micro ? "RedGenProfile=Micro" : "RedGenFloat=Strict";

    /// <summary>The names of the methods of steps.</summary>
    public static HashSet<string> MethodsOf(IEnumerable<EmittedStep> steps) => [.. steps.SelectMany(MethodsOf)];

    private static IEnumerable<string> MethodsOf(EmittedStep step)
        => step.Bodies.SelectMany(b => b.Steps.SelectMany(MethodsOf).Append(b.Method)).Concat(step.Step.MethodsBeside(step.Method).Select(m => m.Name)).Append(step.Method);

    /// <summary>The lines of a step's methods, in the profile's own words.</summary>
    /// <exception cref="ModelException">The step cannot do without what the profile lacks.</exception>
    public static ImmutableArray<string> Step(ExecutionPlan plan, EmittedStep step, HashSet<string> methods)
    {
        var code = new SourceWriter();
        ModelEmitter.EmitStep(code, plan, step);
        ImmutableArray<string> lines = [.. code.ToString().TrimEnd('\n').Split('\n').Select(MicroText.Translate)];
        if (MicroText.Refuse(lines, methods) is not { } word) return lines;
        string label = step.Step.Nodes.IsEmpty ? step.Method : step.Step.Nodes[0].Label;
        throw new ModelException(DiagnosticCatalog.NotInProfile.With(label, OptionOf(plan.Options), word == "throw" ? "it checks values of run time and throws where they do not fit, which no device can" : "its code would need '" + word + "'"));
    }
}
