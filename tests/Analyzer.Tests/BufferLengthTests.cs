using System.Globalization;
using System.Linq;
using System.Threading.Tasks;
using RedGen.TestKit;
using Xunit;

namespace RedGen.Analyzer.Tests;

/// <summary>RG1001.</summary>
public sealed class BufferLengthTests
{
    [Theory]
    [InlineData("Digits.Predict({|RG1001:new float[63]|}, new float[10]);")]
    [InlineData("Digits.Predict(new float[64], {|RG1001:stackalloc float[11]|});")]
    [InlineData("Digits.Predict(new float[Digits.ImageLength], {|RG1001:new float[] { 1, 2 }|});")]
    [InlineData("Digits.Predict({|RG1001:new[] { 1f }|});")]
    [InlineData("Digits.Predict({|RG1001:[1, 2, 3]|});")]
    [InlineData("Span<float> logits = stackalloc float[9]; Digits.Predict(new float[64], {|RG1001:logits|});")]
    [InlineData("var small = new float[8]; small[0] = 1; Digits.Predict({|RG1001:small|});")]
    [InlineData("const int five = 5; Digits.Predict(new float[64], {|RG1001:new float[five]|});")]
    [InlineData("Digits.Predict(logits: {|RG1001:new float[5]|}, image: new float[64]);")]
    [InlineData("Digits.Predict(({|RG1001:new float[5]|}));")]
    public async Task A_wrong_length_is_reported(string statements) => await AssertAsync(statements);

    [Theory]
    [InlineData("Digits.Predict(new float[64], stackalloc float[Digits.LogitsLength]);")]
    [InlineData("Digits.Predict(image, other);")]
    [InlineData("var x = new float[8]; x = image; Digits.Predict(x);")]
    [InlineData("var x = new float[8]; Fill(ref x); Digits.Predict(x);")]
    [InlineData("Other.Predict(new float[3]);")]
    [InlineData("Digits.Predict(new float[n]);")]
    [InlineData("Digits.Predict([.. image]);")]
    public async Task What_may_be_right_is_not_reported(string statements) => await AssertAsync(statements);

    [Fact]
    public async Task The_message_says_what_to_use()
    {
        string message = (await AssertAsync("Digits.Predict(new float[64], {|RG1001:new float[9]|});")).Single();

        Assert.Equal("'logits' gets 9 elements and needs 10: use Digits.LogitsLength", message);
    }

    private static async Task<string[]> AssertAsync(string statements)
    {
        string code = "using System; class User { static void Fill(ref float[] x) { } static void M(float[] image, float[] other, int n) { " + statements + " } }";
        return [.. (await AnalyzerHarness.AssertAsync(new BufferLengthAnalyzer(), code, Model.Generated)).Select(static d => d.GetMessage(CultureInfo.InvariantCulture))];
    }
}
