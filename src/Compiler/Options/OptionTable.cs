using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using RedGen.Compiler.Diagnostics;

namespace RedGen.Compiler.Options;

/// <summary>
/// Every option that a user can give, once: as an MSBuild property, as metadata of a model's item, as a property of
/// <c>[RedGenModel]</c> and as an option of the tool. docs/options.md prints this table; a test keeps the two equal.
/// </summary>
public static class OptionTable
{
    /// <summary>All options, in the order of docs/options.md.</summary>
    public static ImmutableArray<Option> All { get; } =
    [
        Text("Namespace", "the project's root namespace", "Namespace of the generated class.",
            static (o, v) => o with { Namespace = OptionReader.Namespace(v) }),
        Text("ClassName", "made from the file's name", "Name of the generated class.",
            static (o, v) => o with { ClassName = OptionReader.Identifier(v) }),
        Choice<Accessibility>("Accessibility", "Internal", "Who can see the generated class.",
            static (o, v) => o with { Accessibility = v }, [Accessibility.Internal, Accessibility.Public]),
        Choice<Hashing>("Hashing", "Adaptive", "How the weights are reduced: not at all, by the extrema of their density (`Kde`: the mode of an interval, `KdeMean`: its mean), or by RedGen's own codebooks (`Adaptive`).",
            static (o, v) => o with { Hashing = v }, [Hashing.None, Hashing.Kde, Hashing.KdeMean, Hashing.Adaptive]),
        Text("Tolerance", "the method's", "The relative error that the reduction may cause at the outputs, such as `0.05`; met with as many bytes as it takes.",
            static (o, v) => o with { Tolerance = OptionReader.Number(v, 0, 1) }),
        Text("Samples", "", "A .npy file of inputs, the first axis counts them, on which `redgen tune` measures the reduction.",
            static (o, v) => o with { Samples = v }),
        Text("MaxError", "", "The largest error of any output element that the certified bound may admit; beyond it the build fails.",
            static (o, v) => o with { MaxError = OptionReader.Number(v, 0, double.MaxValue) }),
        Text("InputRange", "-3..3", "The values that inputs take, for the certified bound: `0..1`, or by input `image=0..255,state=-1..1`.",
            static (o, v) => o with { InputRange = OptionReader.Ranges(v) }),
        Text("Prove", "", "Properties that the build proves of the generated code, such as `range Y[0]:-1..1; monotone X[2]:+:Y[0]; robust samples.npy epsilon 0.01; equivalent trained within 0.01`.",
            static (o, v) => o with { Prove = OptionReader.Statements(v) }),
        Flag("TrustRange", "false", "Whether inputs are taken to lie in `RedGenInputRange`: what no such input needs (neurons that are never on, functions that give their argument back, constant values) is left out. Other inputs are not checked and give other results.",
            static (o, v) => o with { TrustRange = v }),
        Choice<Merging>("Merging", "Strict", "Which outputs of a layer are computed once for several: none, equal ones, or (`Relaxed`) close ones inside the tolerance.",
            static (o, v) => o with { Merging = v }, [Merging.None, Merging.Strict, Merging.Relaxed]),
        Choice<Lowering>("Lowering", "Auto", "What layers are lowered for: the profile's target, a `Scalar` processor, or the `Fewest` multiplications.",
            static (o, v) => o with { Lowering = v }, [Lowering.Auto, Lowering.Scalar, Lowering.Fewest]),
        Text("Costs", "x64", "The costs that kernels are chosen by: those of `x64` (vectors of 512 bits), `x64-256` or `arm64`, or a file of `redgen tune --calibrate`.",
            static (o, v) => o with { Costs = v }),
        Choice<Profile>("Profile", "Auto", "The kind of machine that the code is for.",
            static (o, v) => o with { Profile = v }, [Profile.Auto, Profile.Portable, Profile.Micro]),
        new("Optimise", OptionKind.Flag, "true", "Whether the graph is optimised; `false` compiles it as it stands, without a reduction, to find out whether a pass is at fault. Under `RedGenProfile=Micro` also what for: `Size`, `Speed`, or both (`Balanced`, as `true`).",
            ["true", "false", .. Enum.GetNames(typeof(OptimiseGoal))], [], static (o, v) => OptionReader.Optimise(o, v)),
        Choice<FloatMode>("Float", "Fast", "Whether sums may be reordered for speed (`Fast`) or give the same bits on every machine, microcontrollers included (`Strict`: plain loops, slower).",
            static (o, v) => o with { Float = v }, [FloatMode.Fast, FloatMode.Strict]),
        Choice<WeightTier>("Weights", "Auto", "Where the weights live: readable literals, packed string constants, or a resource of the assembly; `Auto` chooses by size. Hashed weights are decoded `InPlace` or expanded once (`Expand`).",
            static (o, v) => o with { Weights = v }, [WeightTier.Auto, WeightTier.InPlace, WeightTier.Expand, WeightTier.Literal, WeightTier.String, WeightTier.Resource]),
        Choice<RuntimeMode>("Runtime", "Package", "Whether the kernels come from the package's assembly or as source into the project.",
            static (o, v) => o with { Runtime = v }, [RuntimeMode.Package, RuntimeMode.Source]),
        new("Dims", OptionKind.Pairs, "", "Values of dimensions: `batch=1,seq=128` by name, `input:1=512` for an axis without a name.", [], [],
            static (o, v) => o with { Dims = OptionReader.Dims(v) }),
        Text("State", "found by names", "Inputs that get an output of the step before: `h=hn,c=cn`, or `none`. A model with state has a class `Stepper` beside `Predict`.",
            static (o, v) => o with { State = OptionReader.State(v) }),
        Text("FlashBudget", "", "Most bytes that the constants may take; beyond it the build fails and names the largest layers. What the code takes `redgen firmware` tells.",
            static (o, v) => o with { FlashBudget = OptionReader.Bytes(v) }),
        Text("RamBudget", "", "Most bytes of working memory that a call may take, inputs and outputs not counted; beyond it the build fails and names the largest layers.",
            static (o, v) => o with { RamBudget = OptionReader.Bytes(v) }),
    ];

    /// <summary>Finds an option by its name without prefix, its MSBuild name or its flag; null when there is none.</summary>
    public static Option? Find(string name)
        => All.FirstOrDefault(o => name == o.Name || name == o.MSBuildName || name == o.Flag);

    /// <summary>
    /// Applies texts to options. Empty texts count as not given; a text that cannot be used is reported as RG0017 and
    /// leaves its option as it was.
    /// </summary>
    /// <param name="options">The options to start from.</param>
    /// <param name="values">Names (in any of the three forms) and texts.</param>
    /// <param name="diagnostics">Takes what could not be used.</param>
    public static CompilerOptions Apply(CompilerOptions options, IEnumerable<KeyValuePair<string, string>> values, DiagnosticBag diagnostics)
    {
        foreach (KeyValuePair<string, string> pair in values)
        {
            string text = pair.Value.Trim();
            if (text.Length == 0) continue;
            if (Find(pair.Key) is not { } option)
            {
                string known = string.Join(", ", All.Select(static o => o.MSBuildName));
                diagnostics.Add(DiagnosticCatalog.InvalidOption.With(pair.Key, text, "there is no such option; known are " + known));
                continue;
            }

            try
            {
                options = Apply(options, option, text);
            }
            catch (FormatException problem)
            {
                diagnostics.Add(DiagnosticCatalog.InvalidOption.With(pair.Key, text, problem.Message));
            }
        }

        return options;
    }

    /// <summary>Reports values that have a name and are not available yet: code can set what <see cref="Apply(CompilerOptions, IEnumerable{KeyValuePair{string, string}}, DiagnosticBag)"/> refuses.</summary>
    /// <param name="options">The options as the compiler gets them.</param>
    /// <param name="diagnostics">Takes an RG0017 for each.</param>
    internal static void CheckAvailable(CompilerOptions options, DiagnosticBag diagnostics)
    {
        foreach ((string name, string value) in new[] { ("Profile", options.Profile.ToString()), ("Float", options.Float.ToString()) })
        {
            Option option = Find(name)!;
            if (option.Choices.Contains(value)) continue;
            diagnostics.Add(DiagnosticCatalog.InvalidOption.With(option.MSBuildName, value, NotAvailable(option)));
        }
    }

    private static string NotAvailable(Option option) => "this is not available in this version of RedGen; accepted: " + string.Join(", ", option.Choices);

    private static CompilerOptions Apply(CompilerOptions options, Option option, string text)
    {
        if (option.Planned.Contains(text, StringComparer.OrdinalIgnoreCase))
            throw new FormatException(NotAvailable(option));
        if (option.Apply is null)
            throw new FormatException("this option is not available in this version of RedGen; remove it");
        return option.Apply(options, text);
    }

    private static Option Text(string name, string fallback, string help, Func<CompilerOptions, string, CompilerOptions> apply)
        => new(name, OptionKind.Text, fallback, help, [], [], apply);

    private static Option Flag(string name, string fallback, string help, Func<CompilerOptions, bool, CompilerOptions> apply)
        => new(name, OptionKind.Flag, fallback, help, ["true", "false"], [], (o, v) => apply(o, OptionReader.Flag(v)));

    private static Option Choice<T>(
        string name, string fallback, string help, Func<CompilerOptions, T, CompilerOptions> apply, ImmutableArray<T> accepted, params T[] planned)
        where T : struct, Enum
    {
        ImmutableArray<string> choices = [.. accepted.Select(static a => a.ToString())];
        return new(name, OptionKind.Choice, fallback, help, choices, [.. planned.Select(static p => p.ToString())],
            (o, v) => apply(o, OptionReader.Choice(v, accepted)));
    }
}
