using System;
using System.Collections.Immutable;
using System.CommandLine;
using RedGen.Cli.Execution;
using RedGen.Cli.Measure;
using RedGen.Cli.Output;
using RedGen.Compiler;
using RedGen.Compiler.Options;
using RedGen.Compiler.Report;
using RedGen.Compiler.Verify.Search;
using RedGen.Compiler.Verify.Statements;

namespace RedGen.Cli.Verification;

/// <summary>The certified radii of samples before and after the reduction, for <c>redgen report</c>.</summary>
internal sealed class RadiusMeasurement
{
    private readonly Option<string?> _samples = new("--radius") { Description = "Samples (.npy or .pb, the first axis counts them) whose certified radius is found by bisection, before and after the reduction.", HelpName = "samples.npy" };
    private readonly Option<string?> _labels = new("--labels") { Description = "With --radius: the class of each sample, an .npy file or one a line. Default: what the network says.", HelpName = "file" };
    private readonly Option<double> _most = new("--radius-most") { Description = "With --radius: the largest radius that is tried.", DefaultValueFactory = static _ => 1, HelpName = "e" };
    private readonly Option<long> _nodes = new("--radius-nodes") { Description = "With --radius: regions that the proof of one radius may take.", DefaultValueFactory = static _ => 200, HelpName = "N" };

    /// <summary>The options.</summary>
    public System.CommandLine.Option[] Options => [_samples, _labels, _most, _nodes];

    /// <summary>Measures.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="path">The model's path, for messages.</param>
    /// <param name="source">The model.</param>
    /// <param name="options">The options of the reduced model.</param>
    /// <param name="console">Where problems go.</param>
    /// <returns>A radius a sample; none where nobody asked.</returns>
    /// <exception cref="ToolException">The samples cannot be used, or the model has no classes.</exception>
    public ImmutableArray<SampleRadius> Run(ParseResult parsed, string path, ModelSource source, CompilerOptions options, ToolConsole console)
    {
        if (parsed.GetValue(_samples) is not { } file) return [];
        (double most, long nodes) = (parsed.GetValue(_most), parsed.GetValue(_nodes));
        if (!(most > 0) || double.IsInfinity(most) || nodes < 1) throw new ToolException("--radius-most takes a number above 0, --radius-nodes one from 1");
        using ModelProgram after = ModelProgram.Load(path, source, options, console);
        using ModelProgram before = ModelProgram.Load(path, source with { PlanText = null }, options with { Hashing = Hashing.None, MaxError = null }, console);
        PropertyFile.SignatureOf(path, after.Result.Plan!);
        float[][] samples = RobustSamples.Read(file, after.Inputs);
        int[]? labels = parsed.GetValue(_labels) is { } given ? LabelFile.Read(given, samples.Length) : null;
        try
        {
            var radii = ImmutableArray.CreateBuilder<SampleRadius>();
            for (int i = 0; i < samples.Length; i++)
            {
                int label = labels?[i] ?? RobustStatement.ClassOf(before.OutputsOf(samples[i]));
                radii.Add(new SampleRadius(i, label, Of(before, samples[i], label), Of(after, samples[i], label)));
            }

            return radii.ToImmutable();
        }
        catch (FormatException problem)
        {
            throw new ToolException(problem.Message);
        }

        double Of(ModelProgram program, float[] sample, int label)
            => new CertifiedRadius(program.Result.Plan!, options.InputRange, program.OutputsOf, new VerificationLimits { Nodes = nodes, Threads = Environment.ProcessorCount }).Of(sample, label, most, console.Cancellation);
    }
}
