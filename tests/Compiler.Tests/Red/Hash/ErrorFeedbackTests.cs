using System;
using System.Linq;
using RedGen.Compiler.Red.Hash;
using RedGen.Compiler.Red.Probe;
using Xunit;

namespace RedGen.Compiler.Tests.Red.Hash;

/// <summary>Rounding that carries errors on, and the energy of errors.</summary>
public sealed class ErrorFeedbackTests
{
    [Fact]
    public void The_energy_is_the_quadratic_form() => Layers.Check(60, random =>
    {
        int size = random.Next(1, 40);
        double damping = new[] { 0.01, 0.03, 1 }[random.Next(3)];
        float[] covariance = Layers.Correlated(random, size, random.Next(1, 2 * size));
        float[] errors = Layers.Weights(random, size);
        if (size > 1) errors[random.Next(size)] = 0;
        double expected = Layers.Energy(errors, covariance, damping);
        Assert.Equal(1, ErrorFeedback.Of(Layers.Of(covariance), 0, damping).Energy(errors) / expected, 3);
    });

    [Fact]
    public void Blocks_do_not_correlate() => Layers.Check(20, random =>
    {
        float[] first = Layers.Correlated(random, 5, 9), second = Layers.Correlated(random, 3, 9);
        var statistics = new LayerStatistics([new double[8]], [[new CovarianceBlock(0, 5, first), new CovarianceBlock(5, 3, second)]], true);
        float[] errors = Layers.Weights(random, 8);
        double expected = Layers.Energy(errors.AsSpan(0, 5), first, 0.1) + Layers.Energy(errors.AsSpan(5), second, 0.1);
        Assert.Equal(1, ErrorFeedback.Of(statistics, 0, 0.1).Energy(errors) / expected, 3);
    });

    [Fact]
    public void On_correlated_inputs_it_beats_rounding_to_nearest()
    {
        double ratios = 0;
        Layers.Check(100, random =>
        {
            int size = random.Next(9, 60);
            float[] covariance = Layers.Correlated(random, size, 3 * size);
            Codebook codebook = Codebook.Uniform(4);
            var feedback = ErrorFeedback.Of(Layers.Of(covariance), 0, 0.03);
            double own = 0, nearest = 0;
            // A single row may be lucky; a layer has more of them.
            for (int i = 0; i < 16; i++)
            {
                float[] row = Layers.Weights(random, size, 1.2);
                var indices = new ushort[size];
                feedback.Round(row, codebook, indices);
                own += Error(row, codebook, indices, covariance);
                nearest += Error(row, codebook, [.. row.Select(w => (ushort)codebook.Nearest(w))], covariance);
            }

            Assert.InRange(own, 0, nearest);
            ratios += own / nearest;
        });
        Assert.InRange(ratios / 100, 0, 0.25);
    }

    [Fact]
    public void Without_correlation_it_is_rounding_to_nearest() => Layers.Check(40, random =>
    {
        int size = random.Next(1, 40);
        double[] variances = [.. Enumerable.Range(0, size).Select(_ => 10 * random.NextDouble())];
        float[] row = Layers.Weights(random, size, 2);
        var codebook = new Codebook([.. Layers.Weights(random, 9).Order()]);
        var indices = new ushort[size];
        ErrorFeedback.Of(Layers.Diagonal(variances), 0, 0.03).Round(row, codebook, indices);
        Assert.Equal(row.Select(w => (ushort)codebook.Nearest(w)), indices);
    });

    [Fact]
    public void Inputs_that_never_vary_say_nothing()
    {
        float[] row = [0.4f, -1.6f, 0.5f, 9];
        Codebook codebook = Codebook.Uniform(3);
        var feedback = ErrorFeedback.Of(Layers.Diagonal(0, 0, 0, 0), 0, 0.03);
        var indices = new ushort[4];
        feedback.Round(row, codebook, indices);
        Assert.Equal([0f, -2f, 1f, 3f], indices.Select(i => codebook.Values[i]));
        Assert.Equal(5, feedback.Energy([0, 1, 2, 0]), 6);
    }

    [Fact]
    public void A_covariance_of_rank_one_stays_finite()
    {
        float[] covariance = [.. Enumerable.Repeat(4f, 400)];
        var feedback = ErrorFeedback.Of(Layers.Of(covariance), 0, 0.03);
        float[] row = [.. Enumerable.Repeat(0.3f, 20)];
        Codebook codebook = Codebook.Uniform(1);
        var indices = new ushort[20];
        feedback.Round(row, codebook, indices);
        // All inputs are one: the sum of the weights, 6, is what counts.
        Assert.InRange(indices.Sum(i => codebook.Values[i]), 5.5, 6.5);
        Assert.InRange(feedback.Energy(row), 4 * 36, 4 * 36 * 1.1);
    }

    [Fact]
    public void There_is_one_error_a_column()
        => Assert.Throws<ArgumentException>(() => ErrorFeedback.Of(Layers.Diagonal(1, 1), 0, 0.03).Energy(new float[3]));

    private static double Error(float[] row, Codebook codebook, ushort[] indices, float[] covariance)
        => Layers.Energy([.. row.Select((w, j) => w - codebook.Values[indices[j]])], covariance, 0.03);
}
